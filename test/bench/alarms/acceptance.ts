import { budgetHours } from './ourRules.ts';
import type { Result } from './result.ts';
import type { Rule } from './rule.ts';
import { scenarios } from './traffic.ts';

/**
 * What a rule must do to be switched on: keep a false-alarm budget of one page in `budgetHours` windows on all clean
 * traffic, and still see large shifts at once and moderate ones soon. Returns what it fails, in sentences.
 */
export function problemsOf(rule: Rule, results: readonly Result[]): string[] {
  const own = results.filter((result) => result.rule === rule.name);
  const limit = 1 / budgetHours;
  const noisy = own.flatMap(({ scenario, metric, value }) => {
    if (metric !== 'windows with a false alarm' || !scenarios.some(({ name }) => name === scenario)) return [];
    return value !== null && value <= limit
      ? []
      : [`${scenario}: ${percent(value)} of windows with a false alarm, more than ${percent(limit)}`];
  });
  const blind = Object.entries(slowest).flatMap(([scenario, windows]) => {
    const delay = own.find((result) => result.scenario === scenario)?.value;
    return delay !== null && delay !== undefined && delay <= windows
      ? []
      : [`${scenario}: seen after ${delay ?? 'more than the'} windows, ${windows} allowed`];
  });
  return [...noisy, ...blind];
}

const slowest: Readonly<Record<string, number>> = {
  'independent rows: mean by .5 sd': 2,
  'independent rows: mean by .2 sd': 20,
  'daily season: mean by .5 sd': 3,
};

function percent(share: number | null): string {
  return share === null ? 'no' : `${(100 * share).toFixed(2)} %`;
}
