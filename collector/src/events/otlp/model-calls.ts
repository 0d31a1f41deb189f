import type { InferenceEvent } from '@plumbline/sdk/event';
import {
  type CountedCalls,
  inferenceAttributes,
  inferenceOfCall,
  type ModelCall,
  modelCallOf,
  type SpanData,
  scopeName,
} from '@plumbline/sdk/spans';

/** Which model of the settings a call in a span is an inference of. */
export interface SpanModel {
  readonly model: string;
  /** Names of the model that was asked for or that answered; none: any. */
  readonly calls: readonly string[];
  /** `service.name` of the app; none: any. */
  readonly services: readonly string[];
}

export interface FoundInferences {
  readonly events: readonly InferenceEvent[];
  /** Calls of no declared model, by the name that was asked for. */
  readonly undeclared: ReadonlyMap<string, number>;
}

/**
 * The model calls among finished spans, each once, as inferences. Spans that tell of no model call are nobody's business
 * here and are left out. `counted` and `seen` remember over requests, since a trace arrives in pieces.
 */
export function inferencesOfSpans(
  spans: readonly SpanData[],
  models: readonly SpanModel[],
  counted: CountedCalls,
  seen: SeenSpans,
): FoundInferences {
  const events: InferenceEvent[] = [];
  const undeclared = new Map<string, number>();
  for (const span of inOrderOfEnds(spans)) {
    const call = modelCallOf(span, 'none');
    if (span.scope?.name === scopeName) {
      // The SDK recorded it on its own way; those above it tell of the same call.
      counted.counted(span, call);
      continue;
    }
    // Exporters and the proxies behind them send a span again, alone or in other company.
    if (call !== null && !seen.add(span)) continue;
    if (!counted.ended(span, call) || call === null) continue;
    const model = modelOf(call, span, models);
    if (model === undefined) {
      const asked = call.requestModel ?? 'unnamed';
      undeclared.set(asked, (undeclared.get(asked) ?? 0) + 1);
    } else {
      events.push(eventOf(call, span, model));
    }
  }
  return { events, undeclared };
}

/** The latest spans of model calls; what is forgotten and comes again counts twice. */
export class SeenSpans {
  readonly #keys = new Set<string>();

  /** False when it was there. */
  add({ traceId, spanId }: SpanData): boolean {
    const key = traceId + spanId;
    if (this.#keys.has(key)) return false;
    this.#keys.add(key);
    if (this.#keys.size > maximumSeen) {
      for (const oldest of this.#keys) {
        this.#keys.delete(oldest);
        break;
      }
    }
    return true;
  }
}

const maximumSeen = 50_000;

/** A span ends after all that lies beneath it; of two that end together the one that began later lies beneath. */
function inOrderOfEnds(spans: readonly SpanData[]): SpanData[] {
  return [...spans].sort((a, b) => a.endTimeMs - b.endTimeMs || b.startTimeMs - a.startTimeMs);
}

/** What the span itself says, else what the settings say, else a model of the very name that was asked for or answered. */
function modelOf(call: ModelCall, span: SpanData, models: readonly SpanModel[]): string | undefined {
  const named =
    text(span.attributes[inferenceAttributes.model]) ?? text(span.resource?.attributes[inferenceAttributes.model]);
  if (named !== undefined) return models.find(({ model }) => model === named)?.model;
  const service = serviceOf(span, 'service.name');
  const asked = [call.requestModel, call.responseModel].filter((name) => name !== null);
  const declared = models.find(
    ({ calls, services }) =>
      calls.length + services.length > 0 &&
      (calls.length === 0 || asked.some((name) => calls.includes(name))) &&
      (services.length === 0 || (service !== undefined && services.includes(service))),
  );
  return (declared ?? models.find(({ model }) => asked.includes(model)))?.model;
}

function eventOf(call: ModelCall, span: SpanData, model: string): InferenceEvent {
  const { features, ...inference } = inferenceOfCall(call);
  return {
    ...inference,
    kind: 'inference',
    model,
    // A new release of the app changes prompts and settings; a new model behind the same release is seen as drift.
    version:
      text(span.attributes[inferenceAttributes.version]) ??
      serviceOf(span, 'service.version') ??
      call.responseModel ??
      call.requestModel ??
      'unknown',
    role: 'champion',
    features,
    prediction: null,
    score: null,
    groups: {},
  };
}

function serviceOf(span: SpanData, name: 'service.name' | 'service.version'): string | undefined {
  return text(span.resource?.attributes[name]);
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value.slice(0, 64) : undefined;
}
