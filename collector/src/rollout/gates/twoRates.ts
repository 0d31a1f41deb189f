/**
 * Is the rate of one arm above that of another by more than a margin? Evidence that may be looked at after every window
 * without losing its meaning: under the null hypothesis
 *
 *   H0: rate of the arm watched <= rate of the arm compared with + margin, in every block, whatever the rates are,
 *
 * the chance that the evidence ever reaches 1 / alpha is at most alpha (Ville 1939). A block is what arrived since the
 * last look: `n` rows and `k` events of each arm. Comparing within blocks keeps the answer right when both rates change
 * over time, or when the split of the traffic does.
 *
 * Each block multiplies the evidence by the likelihood ratio between an alternative chosen before the block, and the
 * point of the null nearest to it in Kullback-Leibler divergence (Turner, Ly and Gruenwald 2024, "Generic e-variables
 * for exact sequential k-sample tests"; with margin 0 the nearest point is the pooled rate). The evidence is the mean
 * over a grid of alternatives, so the size of the effect need not be known.
 */
export interface TwoRatesEvidence {
  /** Logarithm of the evidence for each alternative excess. */
  readonly logs: readonly number[];
  /** Highest mixture so far: the guarantee is about ever reaching the level. */
  readonly peakLog: number;
  /** Events and rows from which the next block's alternatives take the base rate; rows are capped, so that it follows. */
  readonly base: { readonly n: number; readonly k: number };
}

export interface Arm {
  /** Rows. */
  readonly n: number;
  /** Events among them. */
  readonly k: number;
}

/** Excess over the margin that the alternatives assume. */
const excesses: readonly number[] = [0.005, 0.01, 0.02, 0.03, 0.05, 0.08, 0.12, 0.2, 0.35, 0.6];
/** Fewer rows than this say too little about the base rate to bet on it: the first block only teaches. */
const minimumBaseRows = 30;
const maximumBaseRows = 2_000;
const smallestRate = 1e-4;

/** No evidence yet. `prior`: what is known of the compared arm from before. */
export function initialEvidence(prior: Arm = { n: 0, k: 0 }): TwoRatesEvidence {
  return { logs: excesses.map(() => 0), peakLog: 0, base: capped(prior) };
}

/** Natural logarithm of the evidence now. */
export function evidenceLog({ logs }: TwoRatesEvidence): number {
  const highest = Math.max(...logs);
  return highest + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - highest), 0) / logs.length);
}

/**
 * The evidence after one more block. `compared` and `watched` hold only what is new, and which rows they hold must not
 * depend on the rows' events.
 */
export function addBlock(evidence: TwoRatesEvidence, compared: Arm, watched: Arm, margin: number): TwoRatesEvidence {
  const base = capped({ n: evidence.base.n + compared.n, k: evidence.base.k + compared.k });
  if (evidence.base.n < minimumBaseRows || compared.n === 0 || watched.n === 0) return { ...evidence, base };
  const rate = clip((evidence.base.k + 0.5) / (evidence.base.n + 1));
  const logs = excesses.map((excess, index) => {
    const alternative = { compared: rate, watched: clip(rate + margin + excess) };
    return evidence.logs[index]! + blockLog(compared, watched, margin, alternative);
  });
  const next = { logs, base };
  return { ...next, peakLog: Math.max(evidence.peakLog, evidenceLog({ ...next, peakLog: 0 })) };
}

/** Logarithm of one block's likelihood ratio between an alternative and the point of the null nearest to it. */
export function blockLog(
  compared: Arm,
  watched: Arm,
  margin: number,
  alternative: { readonly compared: number; readonly watched: number },
): number {
  if (alternative.watched <= alternative.compared + margin) return 0;
  const nearest = nearestNull(compared.n, watched.n, margin, alternative);
  return logRatio(compared, alternative.compared, nearest) + logRatio(watched, alternative.watched, nearest + margin);
}

/**
 * The rate t of the compared arm for which (t, t + margin) is nearest to the alternative: the root of the derivative of
 * n_c KL(a || t) + n_w KL(b || t + margin), which lies between a and b - margin.
 */
function nearestNull(
  comparedRows: number,
  watchedRows: number,
  margin: number,
  { compared: a, watched: b }: { readonly compared: number; readonly watched: number },
): number {
  let low = Math.max(Math.min(a, b - margin), smallestRate - Math.min(0, margin));
  let high = Math.min(Math.max(a, b - margin), 1 - smallestRate - Math.max(0, margin));
  const slope = (t: number): number =>
    (comparedRows * (t - a)) / (t * (1 - t)) + (watchedRows * (t + margin - b)) / ((t + margin) * (1 - t - margin));
  for (let step = 0; step < 60 && high - low > 1e-12; step++) {
    const middle = (low + high) / 2;
    if (slope(middle) > 0) high = middle;
    else low = middle;
  }
  return (low + high) / 2;
}

function logRatio({ n, k }: Arm, over: number, under: number): number {
  return k * Math.log(over / under) + (n - k) * Math.log((1 - over) / (1 - under));
}

function clip(rate: number): number {
  return Math.max(smallestRate, Math.min(1 - smallestRate, rate));
}

function capped({ n, k }: Arm): Arm {
  return n <= maximumBaseRows ? { n, k } : { n: maximumBaseRows, k: (k * maximumBaseRows) / n };
}
