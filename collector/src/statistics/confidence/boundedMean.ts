/**
 * Intervals for the mean of numbers in [0, 1] that hold at all times together. Numbers come one by one; what they may depend
 * on is their past.
 *
 * Source: Waudby-Smith and Ramdas 2024 (theorems 1, 2 and 3).
 */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Predictably mixed empirical Bernstein interval after all `values`. */
export function empiricalBernsteinSequence(values: Iterable<number>, alpha: number): Interval {
  const state = running();
  let weights = 0;
  let weighted = 0;
  let spread = 0;
  let plainMean = 0;
  for (const value of values) {
    const bet = Math.min(0.5, betSize(state, Math.log(2 / alpha)));
    weights += bet;
    weighted += bet * value;
    spread += (value - plainMean) ** 2 * (-Math.log1p(-bet) - bet);
    state.add(value);
    plainMean += (value - plainMean) / state.n;
  }
  return around(weighted / weights, (Math.log(2 / alpha) + spread) / weights);
}

/** Predictably mixed Hoeffding interval: wider, and blind to small variance. */
export function hoeffdingSequence(values: Iterable<number>, alpha: number): Interval {
  const log = Math.log(2 / alpha);
  let n = 0;
  let weights = 0;
  let weighted = 0;
  let spread = 0;
  for (const value of values) {
    n += 1;
    const bet = Math.min(1, Math.sqrt((8 * log) / (n * Math.log(1 + n))));
    weights += bet;
    weighted += bet * value;
    spread += bet ** 2 / 8;
  }
  return around(weighted / weights, (log + spread) / weights);
}

/**
 * Hedged betting interval: every mean on a grid of 1 / `steps` is betted against in both directions, and stays while neither
 * half of the capital has grown to 1 / alpha. The tightest of the three.
 */
export function hedgedSequence(values: Iterable<number>, alpha: number, steps = 1_000): Interval {
  const state = running();
  const up = new Float64Array(steps + 1);
  const down = new Float64Array(steps + 1);
  for (const value of values) {
    const bet = betSize(state, Math.log(1 / alpha));
    for (let i = 0; i <= steps; i++) {
      const mean = i / steps;
      up[i] = up[i]! + Math.log1p(Math.min(bet, 0.5 / mean) * (value - mean));
      down[i] = down[i]! + Math.log1p(-Math.min(bet, 0.5 / (1 - mean)) * (value - mean));
    }
    state.add(value);
  }
  const level = Math.log(2 / alpha);
  const stays = (i: number): boolean => Math.max(up[i]!, down[i]!) < level;
  let low = 0;
  let high = steps;
  while (low < high && !stays(low)) low++;
  while (high > low && !stays(high)) high--;
  // What lies between two means of the grid is not excluded.
  return { low: Math.max(0, low - 1) / steps, high: Math.min(steps, high + 1) / steps };
}

/**
 * Natural logarithm of the wealth of betting on a mean above `nullMean` (or below it), by the approximate Kelly criterion,
 * never more than half of what could be lost. An e-process: it reaches 1 / alpha with chance alpha at most when the mean
 * is `nullMean`.
 */
export function kellyLogWealth(values: Iterable<number>, nullMean: number): number {
  const state = running();
  let log = 0;
  for (const value of values) {
    const apart = state.mean - nullMean;
    const bet = Math.max(-0.5 / (1 - nullMean), Math.min(0.5 / nullMean, apart / (state.variance + apart ** 2)));
    log += Math.log1p(bet * (value - nullMean));
    state.add(value);
  }
  return log;
}

/** Mean and variance so far, each begun with half a made-up row. */
function running() {
  const state = {
    n: 0,
    mean: 0.5,
    variance: 0.25,
    sum: 0,
    squares: 0,
    add(value: number): void {
      state.n += 1;
      state.sum += value;
      state.mean = (0.5 + state.sum) / (state.n + 1);
      state.squares += (value - state.mean) ** 2;
      state.variance = (0.25 + state.squares) / (state.n + 1);
    },
  };
  return state;
}

/** For the next number, from those before it. */
function betSize({ n, variance }: { readonly n: number; readonly variance: number }, log: number): number {
  const t = n + 1;
  return Math.sqrt((2 * log) / (t * Math.log(1 + t) * variance));
}

function around(centre: number, reach: number): Interval {
  return { low: Math.max(0, centre - reach), high: Math.min(1, centre + reach) };
}
