import type { OutcomeEvent } from '../event.ts';
import { attributes, evaluation, evaluationNames, scopeName } from '../otel/conventions.ts';
import { registeredProvider } from '../otel/registry.ts';
import { sdkVersion } from '../version.ts';

/**
 * Outcomes as log events of the conventions, results of evaluations, where the app has a logger provider. Numbers
 * are told; what is text stays with the inferences, since logs go to more people than labels should.
 */
export class Evaluations {
  #provider: object | undefined;
  #logger: Logger | undefined;

  emit(outcome: OutcomeEvent): void {
    const logger = this.#currentLogger();
    logger?.emit({
      eventName: evaluation.event,
      // A plain number may be taken for time since the process started.
      timestamp: new Date(outcome.time),
      attributes: {
        [evaluation.name]: evaluationNames[outcome.type],
        [attributes.inferenceId]: outcome.inferenceId,
        [attributes.model]: outcome.model,
        ...(typeof outcome.value === 'number' ? { [evaluation.scoreValue]: outcome.value } : {}),
      },
    });
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
  emit(record: {
    readonly eventName: string;
    readonly timestamp: Date;
    readonly attributes: Readonly<Record<string, string | number>>;
  }): void;
}

function isLoggerProvider(
  provider: object | undefined,
): provider is { getLogger(name: string, version: string): Logger } {
  return provider !== undefined && 'getLogger' in provider && typeof provider.getLogger === 'function';
}
