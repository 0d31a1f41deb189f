import type { Random } from './random.ts';

/**
 * The simulated applicants of the demo, and whether they repay.
 *
 * Before the shift men and women are alike. Half of the sample are women; incomes are log-normal around 42,000; debt is
 * about a third of income; one in fifty has a subsidised loan. Repayment depends on income, debt, late payments and
 * years in the job, in the same way for everybody.
 *
 * The shift has two parts, as in a real reform:
 * - the population changes: wages rise by a tenth, and two thirds of the women now carry a subsidised loan, which puts
 *   their debt ratio up by 0.25;
 * - the concept changes: the state now serves subsidised debt, so it no longer speaks against repayment.
 *
 * A model trained before the shift reads the new debt as risk and turns good borrowers away, most of them women. A model
 * retrained on recent rows learns the difference.
 */

export interface Applicant {
  readonly income: number;
  readonly debt_ratio: number;
  readonly late_payments: number;
  readonly years_employed: number;
  readonly age: number;
  /** 1 when the loan is subsidised, else 0. */
  readonly subsidised: number;
  readonly region: string;
  readonly sex: 'female' | 'male';
}

export type Era = 'before' | 'after';

/** Columns the models take, in order. `age`, `region` and `sex` are recorded but not used to decide. */
export const modelInputs = ['income', 'debt_ratio', 'late_payments', 'years_employed', 'subsidised'] as const;

export const recordedFeatures = [
  { name: 'income', type: 'number' },
  { name: 'debt_ratio', type: 'number' },
  { name: 'late_payments', type: 'number' },
  { name: 'years_employed', type: 'number' },
  { name: 'age', type: 'number' },
  { name: 'subsidised', type: 'number' },
  { name: 'region', type: 'category' },
] as const;

const regions = ['north', 'south', 'east', 'west'];
const subsidisedDebt = 0.25;

export function drawApplicant(random: Random, era: Era): Applicant {
  const sex = random.uniform() < 0.5 ? 'female' : 'male';
  const subsidisedShare = era === 'after' && sex === 'female' ? 0.66 : 0.02;
  const subsidised = random.uniform() < subsidisedShare ? 1 : 0;
  const wages = era === 'after' ? 1.1 : 1;
  return {
    income: Math.round(42_000 * wages * Math.exp(0.4 * random.normal())),
    debt_ratio: round(Math.max(0, 0.33 + 0.12 * random.normal() + subsidisedDebt * subsidised), 3),
    late_payments: poisson(random, 0.8),
    years_employed: round(Math.min(40, -6 * Math.log(1 - random.uniform())), 1),
    age: Math.round(Math.min(85, Math.max(18, 41 + 13 * random.normal()))),
    subsidised,
    region: regions[Math.floor(random.uniform() * regions.length)] ?? 'north',
    sex,
  };
}

/** Probability that an applicant repays: the truth no model is told. */
export function repaymentProbability(applicant: Applicant, era: Era): number {
  const servedByState = era === 'after' ? subsidisedDebt * applicant.subsidised : 0;
  const ownDebt = applicant.debt_ratio - servedByState;
  const logit =
    1.2 +
    1.1 * Math.log(applicant.income / 42_000) -
    9 * (ownDebt - 0.33) -
    1.2 * applicant.late_payments +
    0.06 * applicant.years_employed;
  return 1 / (1 + Math.exp(-logit));
}

export function drawRepaid(random: Random, applicant: Applicant, era: Era): boolean {
  return random.uniform() < repaymentProbability(applicant, era);
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

/** Poisson by multiplication of uniforms (Knuth, 1969): fine for a small mean. */
function poisson(random: Random, mean: number): number {
  const limit = Math.exp(-mean);
  let product = random.uniform();
  let count = 0;
  while (product > limit) {
    product *= random.uniform();
    count += 1;
  }
  return count;
}
