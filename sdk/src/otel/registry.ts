/**
 * Providers an app has registered, asked of the registry that all versions of the API of OpenTelemetry share. The API
 * itself hides those of an older version from a newer one; and logs are a part of it only from 1.10 on, and of a package
 * of their own before.
 */
export function registeredProvider(signal: 'trace' | 'metrics' | 'logs'): object | undefined {
  const provider = registry()?.[signal];
  if (typeof provider === 'object' && provider !== null) {
    return provider;
  }
  const logs: unknown = signal === 'logs' ? globals[Symbol.for('io.opentelemetry.js.api.logs')] : undefined;
  // It takes the version that is asked for, and there has only been one.
  const found: unknown = typeof logs === 'function' ? logs(1) : undefined;
  return typeof found === 'object' && found !== null ? found : undefined;
}

const globals: { readonly [key: symbol]: unknown } = globalThis;

function registry(): Readonly<Record<string, unknown>> | undefined {
  // The API's own key and shape since its first release.
  return globals[Symbol.for('opentelemetry.js.api.1')] as Readonly<Record<string, unknown>> | undefined;
}
