import type { Applicant, Era } from './population.ts';
import { drawApplicant, drawRepaid, modelInputs, recordedFeatures } from './population.ts';
import type { Random } from './random.ts';

/** One decided loan with what became of it: a row of the bank's own data warehouse. */
export interface LoanRow {
  readonly id: string;
  /** When it was applied for, milliseconds since 1970-01-01 UTC. */
  readonly time: number;
  readonly applicant: Applicant;
  readonly repaid: boolean;
}

export const outcomeLabels = { repaid: 'repaid', defaulted: 'defaulted' } as const;

export function labelOf(repaid: boolean): string {
  return repaid ? outcomeLabels.repaid : outcomeLabels.defaulted;
}

/** The columns a model takes, in their order. */
export function inputsOf(applicant: Applicant): number[] {
  return modelInputs.map((name) => applicant[name]);
}

/** Loans of an era, one every `stepMs`. */
export function drawHistory(random: Random, era: Era, rows: number, from: number, stepMs: number): LoanRow[] {
  return Array.from({ length: rows }, (_, index) => {
    const applicant = drawApplicant(random, era);
    return {
      id: `loan-${from}-${index}`,
      time: from + index * stepMs,
      applicant,
      repaid: drawRepaid(random, applicant, era),
    };
  });
}

/** Rows as CSV: id, time, features, sex, label, and what `decide` says about each row, when given. */
export function loansCsv(
  rows: readonly LoanRow[],
  decide?: (applicant: Applicant) => { prediction: string; score: number },
): string {
  const features = recordedFeatures.map((feature) => feature.name);
  const header = ['id', 'time', ...features, 'sex', 'label', ...(decide === undefined ? [] : ['prediction', 'score'])];
  const lines = rows.map((row) => {
    const decision = decide?.(row.applicant);
    return [
      row.id,
      row.time,
      ...features.map((name) => row.applicant[name]),
      row.applicant.sex,
      labelOf(row.repaid),
      ...(decision === undefined ? [] : [decision.prediction, decision.score]),
    ].join(',');
  });
  return `${header.join(',')}\n${lines.join('\n')}\n`;
}
