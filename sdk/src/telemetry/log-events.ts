import type { OutcomeEvent } from '../event.ts';
import {
  attributes,
  evaluation,
  evaluationNames,
  flagEvaluation,
  flagReasons,
  scopeName,
} from '../otel/conventions.ts';
import type { Route } from '../routing/choose.ts';
import type { LogEvent } from './event-log.ts';

/**
 * An outcome as the result of an evaluation. Numbers are told; what is text stays with the inferences, since logs go to
 * more people than labels should.
 */
export function evaluationOf(outcome: OutcomeEvent): LogEvent {
  return {
    eventName: evaluation.event,
    timestamp: new Date(outcome.time),
    attributes: {
      [evaluation.name]: evaluationNames[outcome.type],
      [attributes.inferenceId]: outcome.inferenceId,
      [attributes.model]: outcome.model,
      ...(typeof outcome.value === 'number' ? { [evaluation.scoreValue]: outcome.value } : {}),
    },
  };
}

/**
 * A choice between versions as the evaluation of a flag, without its key: that is most often a customer. Nothing where
 * there was no choice, because the champion serves everybody or no routing has been seen.
 */
export function flagEvaluationOf(model: string, environment: string, route: Route): LogEvent | null {
  if (route.reason === 'champion' || route.reason === 'compiled_in') {
    return null;
  }
  return {
    eventName: flagEvaluation.event,
    attributes: {
      [flagEvaluation.key]: model,
      [flagEvaluation.provider]: scopeName,
      [flagEvaluation.set]: environment,
      [flagEvaluation.variant]: route.role,
      [flagEvaluation.value]: route.version,
      [flagEvaluation.reason]: flagReasons[route.reason],
      [flagEvaluation.version]: `${route.revision}`,
    },
  };
}
