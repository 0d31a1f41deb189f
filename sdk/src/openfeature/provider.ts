import {
  ErrorCode,
  type EvaluationContext,
  type JsonValue,
  OpenFeatureEventEmitter,
  type Provider,
  type ResolutionDetails,
  ServerProviderEvents,
  StandardResolutionReasons,
} from '@openfeature/server-sdk';
import type { Monitor } from '../monitor.ts';
import { type RoutingView, recordPortOf } from '../record-port.ts';
import type { Route } from '../routing/choose.ts';
import { sdkVersion } from '../version.ts';

export interface ProviderOptions {
  /**
   * How long initialization waits for the first routing of every model. Afterwards the provider is ready with what was kept on
   * disk or compiled into the app. Default 2 000 ms.
   */
  readonly readyMs?: number;
}

/**
 * A provider of OpenFeature whose flags are the monitor's models: the value is the version that serves the targeting key,
 * the variant its role. `@openfeature/server-sdk` is a peer dependency of this entry.
 *
 * Text gives the version, an object `{ version, role, shadow, revision }`; there is no flag of another type. Reasons:
 * `SPLIT` between champion and canary, `TARGETING_MATCH` for a pinned key, `STATIC` when the champion serves everybody,
 * `DEFAULT` for the version compiled in, `STALE` while routing may be out of date, and `ARTEFACT_MISMATCH` when another
 * version answers because this process holds the wrong artefact of the one that was due.
 *
 * The provider leaves the monitor running when it is closed. Throws a `TypeError` for what is no monitor.
 *
 * @example
 * await OpenFeature.setProviderAndWait(createProvider(monitor));
 * const version = await OpenFeature.getClient().getStringValue('credit-risk', '7', { targetingKey: customer });
 */
export function createProvider(monitor: Monitor, options: ProviderOptions = {}): Provider {
  const { routing, models } = recordPortOf(monitor);
  const events = new OpenFeatureEventEmitter();
  const endings: (() => void)[] = [];
  const details = (flagKey: string, context: EvaluationContext): Details => {
    if (!models.includes(flagKey)) {
      return { errorCode: ErrorCode.FLAG_NOT_FOUND, errorMessage: 'the monitor has no model of this name' };
    }
    const targetingKey = targetingKeyOf(context);
    // Evaluations are told of by OpenFeature's own hooks.
    const route = routing.route(flagKey, targetingKey);
    const flagMetadata = { revision: route.revision, routing: routing.source(flagKey), sticky: route.sticky };
    return { route, resolved: { variant: route.role, reason: reasonOf(route, flagKey, routing), flagMetadata } };
  };
  return {
    metadata: { name: 'plumbline', version: sdkVersion },
    runsOn: 'server',
    events,
    async initialize() {
      let ready = false;
      const waiting = new Set(models);
      const allRouted = new Promise<void>((resolve) => {
        endings.push(
          monitor.onRouting(({ model }) => {
            if (ready) {
              events.emit(ServerProviderEvents.ConfigurationChanged, { flagsChanged: [model] });
            } else if (routing.source(model) === 'live' && waiting.delete(model) && waiting.size === 0) {
              resolve();
            }
          }),
        );
      });
      const timeout = timeoutOf(options.readyMs ?? 2_000);
      await Promise.race([allRouted, timeout.over]);
      timeout.clear();
      ready = true;
      // The caller tells of being ready first.
      setImmediate(() => {
        if (!routing.connected()) {
          events.emit(ServerProviderEvents.Stale, { message: staleMessage });
        }
        endings.push(
          routing.onConnection((connected) =>
            connected
              ? events.emit(ServerProviderEvents.Ready)
              : events.emit(ServerProviderEvents.Stale, { message: staleMessage }),
          ),
        );
      });
    },
    async onClose() {
      for (const end of endings.splice(0)) {
        end();
      }
    },
    async resolveStringEvaluation(flagKey, defaultValue, context) {
      const found = details(flagKey, context);
      return 'route' in found ? { value: found.route.version, ...found.resolved } : failed(defaultValue, found);
    },
    async resolveObjectEvaluation<T extends JsonValue>(flagKey: string, defaultValue: T, context: EvaluationContext) {
      const found = details(flagKey, context);
      if (!('route' in found)) {
        return failed(defaultValue, found);
      }
      const { version, role, shadow, revision } = found.route;
      // OpenFeature leaves the shape of objects between the app and the provider.
      return { value: { version, role, shadow, revision } as JsonValue as T, ...found.resolved };
    },
    async resolveBooleanEvaluation(_flagKey, defaultValue) {
      return failed(defaultValue, noSuchType);
    },
    async resolveNumberEvaluation(_flagKey, defaultValue) {
      return failed(defaultValue, noSuchType);
    },
  };
}

type Failure = Required<Pick<ResolutionDetails<unknown>, 'errorCode' | 'errorMessage'>>;
type Details =
  | Failure
  | {
      readonly route: Route;
      readonly resolved: Pick<ResolutionDetails<unknown>, 'variant' | 'reason' | 'flagMetadata'>;
    };

const noSuchType: Failure = {
  errorCode: ErrorCode.TYPE_MISMATCH,
  errorMessage: 'a model version is text, or an object with it',
};

/** JavaScript may give anything in place of a context. */
function targetingKeyOf(context: EvaluationContext): string | undefined {
  try {
    const { targetingKey } = context;
    return typeof targetingKey === 'string' ? targetingKey : undefined;
  } catch {
    return undefined;
  }
}

const staleMessage = 'no connection to the broker: the last known routing stays in force';

function failed<Value>(value: Value, { errorCode, errorMessage }: Failure): ResolutionDetails<Value> {
  return { value, reason: StandardResolutionReasons.ERROR, errorCode, errorMessage };
}

function reasonOf({ reason }: Route, model: string, routing: RoutingView): string {
  if (reason === 'artefact_mismatch') {
    return 'ARTEFACT_MISMATCH';
  }
  const source = routing.source(model);
  if (source === 'disk' || (source === 'live' && !routing.connected())) {
    return StandardResolutionReasons.STALE;
  }
  return reasons[reason];
}

const reasons = {
  compiled_in: StandardResolutionReasons.DEFAULT,
  champion: StandardResolutionReasons.STATIC,
  split: StandardResolutionReasons.SPLIT,
  pinned: StandardResolutionReasons.TARGETING_MATCH,
} as const;

function timeoutOf(ms: number): { readonly over: Promise<void>; clear(): void } {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  return { over, clear: () => clearTimeout(timer) };
}
