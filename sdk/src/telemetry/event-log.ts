import { scopeName } from '../otel/conventions.ts';
import { registeredProvider } from '../otel/registry.ts';
import { sdkVersion } from '../version.ts';

/** A log event of the conventions. */
export interface LogEvent {
  readonly eventName: string;
  /** A plain number may be taken for time since the process started. */
  readonly timestamp?: Date;
  readonly severityNumber?: number;
  readonly severityText?: string;
  readonly attributes: Readonly<Record<string, string | number>>;
}

/** Severity `WARN` of the log data model. */
export const warning = { severityNumber: 13, severityText: 'WARN' } as const;

/** Log events through the logger provider of the app, where it has one; else they are nobody's. */
export class EventLog {
  #provider: object | undefined;
  #logger: Logger | undefined;

  emit(event: LogEvent): void {
    this.#currentLogger()?.emit(event);
  }

  /** Whether there is anybody to tell. */
  get isHeard(): boolean {
    return this.#currentLogger() !== undefined;
  }

  #currentLogger(): Logger | undefined {
    const provider = registeredProvider('logs');
    if (provider !== this.#provider) {
      this.#provider = provider;
      this.#logger = isLoggerProvider(provider) ? provider.getLogger(scopeName, sdkVersion) : undefined;
    }
    return this.#logger;
  }
}

/** Of the logs API, as far as it is used. */
interface Logger {
  emit(record: LogEvent): void;
}

function isLoggerProvider(
  provider: object | undefined,
): provider is { getLogger(name: string, version: string): Logger } {
  return provider !== undefined && 'getLogger' in provider && typeof provider.getLogger === 'function';
}
