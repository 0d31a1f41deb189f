import type { MeterProvider, TracerProvider } from '@opentelemetry/api';
import { scopeName } from '../otel/conventions.ts';
import { sdkVersion } from '../version.ts';

/**
 * What every `instrument...` function returns: it is at work already, can be switched off, and may be given to an SDK of
 * OpenTelemetry among its `instrumentations`, by its shape alone.
 */
export interface StructuralInstrumentation {
  readonly instrumentationName: string;
  readonly instrumentationVersion: string;
  enable(): void;
  /** Puts back the functions that were there before. */
  disable(): void;
  setTracerProvider(provider: TracerProvider): void;
  setMeterProvider(provider: MeterProvider): void;
  setLoggerProvider(provider: unknown): void;
  setConfig(config: object): void;
  getConfig(): { enabled: boolean };
}

/** A method and the function that is to take its place, made of the one there is. */
export interface Patch {
  readonly owner: object;
  readonly method: string;
  // biome-ignore lint/suspicious/noExplicitAny: methods of other packages, called as they were.
  replacement(original: (...args: any[]) => any): (this: any, ...args: any[]) => any;
}

export interface Providers {
  tracerProvider: TracerProvider | undefined;
  meterProvider: MeterProvider | undefined;
}

/** Patches, and the switch to take them back. */
export function instrumentationOf(
  name: string,
  patches: readonly Patch[],
  providers: Providers,
): StructuralInstrumentation {
  let undo: (() => void)[] = [];
  const instrumentation: StructuralInstrumentation = {
    instrumentationName: `${scopeName}/${name}`,
    instrumentationVersion: sdkVersion,
    enable() {
      if (undo.length === 0) {
        undo = patches.map(apply);
      }
    },
    disable() {
      for (const restore of undo) {
        restore();
      }
      undo = [];
    },
    setTracerProvider(provider) {
      providers.tracerProvider = provider;
    },
    setMeterProvider(provider) {
      providers.meterProvider = provider;
    },
    setLoggerProvider: () => {},
    setConfig: () => {},
    getConfig: () => ({ enabled: undo.length > 0 }),
  };
  instrumentation.enable();
  return instrumentation;
}

const patched = Symbol.for('plumbline.sdk.patched');

function apply({ owner, method, replacement }: Patch): () => void {
  // Looked up by name, so that it may be absent in some version of the package.
  const methods = owner as Record<string, unknown>;
  const original = methods[method];
  if (typeof original !== 'function' || patched in original) {
    return () => {};
  }
  const isOwn = Object.hasOwn(owner, method);
  // It was found to be a function.
  const replaced = replacement(original as (...args: unknown[]) => unknown);
  Object.defineProperty(replaced, patched, { value: true });
  Object.defineProperty(replaced, 'name', { value: original.name, configurable: true });
  methods[method] = replaced;
  return () => {
    // Somebody may have patched it again: then it is theirs, and ours stays beneath.
    if (methods[method] !== replaced) {
      return;
    }
    if (isOwn) {
      methods[method] = original;
    } else {
      delete methods[method];
    }
  };
}
