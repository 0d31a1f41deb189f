import { addBlock, evidenceLog, initialEvidence } from '../../../../collector/src/rollout/gates/twoRates.ts';
import { binomial, seededRandom } from '../../../../collector/src/statistics/simulate.ts';
import { normalQuantile } from '../../../../collector/src/statistics/special/normalQuantile.ts';
import type { Result } from '../result.ts';
import { median } from './means.ts';

/**
 * Wrong promotions and roll-backs at 5 %. Paired: champion and candidate on the same rows, d = loss of the champion minus
 * loss of the candidate; bets on E d > -margin. Canary: the gate that rolls a canary back, on split traffic.
 */
export function promotion(runs: number, seed: number): Result[] {
  const random = seededRandom(seed);
  const pairedResults = pairedCases.flatMap(({ scenario, discordance, gain, margin }) => {
    const times = Array.from({ length: runs }, () => betsUntil(random, discordance, gain, margin));
    const promoted = times.filter(Number.isFinite).length / runs;
    return gain > -margin
      ? [
          { scenario, rule: 'paired e-process', metric: 'median rows to promotion', value: median(times) },
          { scenario, rule: 'paired e-process', metric: 'promoted', value: promoted },
          {
            scenario,
            rule: 'fixed number of rows',
            metric: 'rows for a power of 80 %',
            value: rowsForPower(discordance, gain, margin),
          },
        ]
      : [{ scenario, rule: 'paired e-process', metric: 'promoted wrongly', value: promoted }];
  });
  const shadowResults = [0, 0.02, 0.05].map((worse): Result => {
    const times = Array.from({ length: runs }, () => betsUntil(random, 0.1, worse, 0));
    const scenario = `shadow worse by ${worse}, .10 discordant`;
    const rule = 'paired e-process';
    return worse === 0
      ? { scenario, rule, metric: 'rolled back wrongly', value: times.filter(Number.isFinite).length / runs }
      : { scenario, rule, metric: 'median rows to roll-back', value: median(times) };
  });
  const canaryResults = [0, 0.02, 0.05].map((worse): Result => {
    const times = Array.from({ length: runs }, () => rolledBackAfter(random, worse));
    const scenario = `canary worse by ${worse}, error rate .1`;
    const rule = 'canary gate';
    return worse === 0
      ? { scenario, rule, metric: 'rolled back wrongly', value: times.filter(Number.isFinite).length / runs }
      : { scenario, rule, metric: 'median rows to roll-back', value: median(times) };
  });
  return [...pairedResults, ...shadowResults, ...canaryResults];
}

const levelLog = Math.log(20);
const bets = [0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.7];
const mostRows = 40_000;

/** Rows until the bets on a mean difference above -margin have earned twenty times what they began with. */
function betsUntil(random: () => number, discordance: number, gain: number, margin: number): number {
  const better = (discordance + gain) / 2;
  const wealth = bets.map(() => 1);
  for (let row = 1; row <= mostRows; row++) {
    const draw = random();
    const d = draw < better ? 1 : draw < discordance ? -1 : 0;
    let sum = 0;
    bets.forEach((bet, i) => {
      wealth[i] = wealth[i]! * (1 + (bet * (d + margin)) / (1 + margin));
      sum += wealth[i]!;
    });
    if (Math.log(sum / bets.length) >= levelLog) return row;
  }
  return Number.POSITIVE_INFINITY;
}

/** Rows that a test with one look at its end needs, at 5 % and a power of 80 %. */
function rowsForPower(discordance: number, gain: number, margin: number): number {
  const quantiles = normalQuantile(0.95) + normalQuantile(0.8);
  return Math.ceil((quantiles ** 2 * (discordance - gain ** 2)) / (gain + margin) ** 2);
}

function rolledBackAfter(random: () => number, worse: number): number {
  const rows = 50;
  let evidence = initialEvidence();
  for (let seen = rows; seen <= mostRows / 2; seen += rows) {
    const arm = (rate: number) => ({ n: rows, k: binomial(random, rows, rate) });
    evidence = addBlock(evidence, arm(0.1), arm(0.1 + worse), 0);
    if (evidenceLog(evidence) >= levelLog) return seen;
  }
  return Number.POSITIVE_INFINITY;
}

const pairedCases = [
  { scenario: 'candidate better by .02, .10 discordant', discordance: 0.1, gain: 0.02, margin: 0 },
  { scenario: 'candidate better by .04, .10 discordant', discordance: 0.1, gain: 0.04, margin: 0 },
  { scenario: 'candidate better by .02, .20 discordant', discordance: 0.2, gain: 0.02, margin: 0 },
  { scenario: 'equal, not worse by .01, .10 discordant', discordance: 0.1, gain: 0, margin: 0.01 },
  { scenario: 'equal, not worse by .02, .10 discordant', discordance: 0.1, gain: 0, margin: 0.02 },
  { scenario: 'worse by exactly the margin of .02', discordance: 0.1, gain: -0.02, margin: 0.02 },
];
