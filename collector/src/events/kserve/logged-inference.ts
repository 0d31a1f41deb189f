import type { InferenceEvent } from '@plumbline/sdk/event';
import type { ModelSettings } from '../../config/index.ts';
import { type Answer, modelVersionOf, PayloadProblem, requestRows, responseAnswers } from './inference-payload.ts';

/** The two halves of a call that KServe's logger tells of, brought together by the id they share. */
export interface LoggedCall {
  readonly id: string;
  readonly version: string | null;
  readonly requestedAt: number;
  readonly respondedAt: number;
  readonly request: unknown;
  readonly response: unknown;
}

/**
 * One inference a row. Ids: that of the call for a single row, else followed by `.<row>`; outcomes refer to these. Labels
 * of classes are texts, so a class number becomes its digits.
 */
export function inferencesOfCall(call: LoggedCall, model: ModelSettings): readonly InferenceEvent[] | PayloadProblem {
  const rows = requestRows(
    call.request,
    model.features.map(({ name }) => name),
  );
  if (rows instanceof PayloadProblem) return rows;
  const answers = responseAnswers(call.response);
  if (answers instanceof PayloadProblem) return answers;
  if (answers.labels.length !== rows.length) {
    return new PayloadProblem(`${rows.length} rows were asked about, ${answers.labels.length} answered`);
  }
  const groupNames = new Set(model.groups.flatMap(({ attribute, attributes }) => attributes ?? [attribute]));
  return rows.map((row, index) => {
    const groups = Object.entries(row).filter(([name, value]) => groupNames.has(name) && value !== null);
    return {
      kind: 'inference',
      id: rows.length === 1 ? call.id : `${call.id}.${index}`,
      time: call.requestedAt,
      model: model.name,
      version: call.version ?? modelVersionOf(call.response) ?? 'unknown',
      role: 'champion',
      features: row,
      ...meaningOf(answers.labels[index] ?? null, answers.scores?.[index] ?? null, model),
      groups: Object.fromEntries(groups.map(([name, value]) => [name, String(value)])),
      latencyMs: Math.max(0, call.respondedAt - call.requestedAt),
      traceId: null,
      error: null,
    };
  });
}

/** Prediction and score in the terms of the model's task. */
function meaningOf(
  answer: Answer,
  beside: Answer,
  { task, positive }: ModelSettings,
): Pick<InferenceEvent, 'prediction' | 'score'> {
  if (task === 'regression' || task === 'ranking') {
    return { prediction: typeof answer === 'number' ? answer : null, score: null };
  }
  const probabilities = Array.isArray(beside) ? beside : Array.isArray(answer) ? answer : null;
  const single = typeof beside === 'number' ? beside : isShare(answer) ? answer : null;
  const score = task === 'binary_classification' ? (probabilities?.[1] ?? single) : null;
  if (answer !== null && !Array.isArray(answer) && answer !== score) {
    return { prediction: String(answer), score };
  }
  if (score !== null && positive !== undefined) {
    return { prediction: score >= 0.5 ? positive : `not ${positive}`, score };
  }
  const likeliest = probabilities === null ? null : probabilities.indexOf(Math.max(...probabilities));
  return { prediction: likeliest === null || likeliest < 0 ? null : String(likeliest), score };
}

/** Class numbers are whole: a probability of exactly 0 or 1 is taken for one. */
function isShare(value: Answer): value is number {
  return typeof value === 'number' && value > 0 && value < 1;
}
