/**
 * The robust layer: is this window like the windows of the past? It needs only that windows are exchangeable; rows inside one
 * may depend on each other in any way. One statistic a window (say PSI to all reference windows together), compared by rank
 * with those of at least 50 reference windows.
 */
export interface ConformalState {
  /** Natural logarithm of the wealth of each bet. */
  readonly logWealth: Float64Array;
  /** Windows of the bag: the reference's, and those that came while it grew. */
  readonly bag: readonly number[];
}

/** Bets on small p-values. Source: Vovk, Nouretdinov and Gammerman 2003 (power martingales). */
const exponents = [0.1, 0.2, 0.3, 0.5, 0.7, 0.9];

export function initialConformalState(reference: readonly number[]): ConformalState {
  return { logWealth: new Float64Array(exponents.length).fill(Number.NEGATIVE_INFINITY), bag: reference };
}

/**
 * Chance of a statistic at least as large among the bag and itself, with ties broken by `tie` in [0, 1) (from a generator
 * seeded by the window): uniform on (0, 1) when windows are exchangeable. Source: Vovk, Gammerman and Shafer 2005.
 */
export function conformalP(bag: readonly number[], statistic: number, tie: number): number {
  let larger = 0;
  let equal = 1;
  for (const other of bag) {
    if (other > statistic) larger++;
    else if (other === statistic) equal++;
  }
  return (larger + (1 - tie) * equal) / (bag.length + 1);
}

/**
 * The state after one more window. `weight`: what the window adds, as for `advance`; with 0 wealth starts at 1 and only grows
 * (a test martingale: it ever reaches 1 / alpha with chance alpha at most).
 *
 * `bag`: `'grows'` keeps each window for later comparison, for an exact guarantee; `'frozen'` keeps the reference alone, so that
 * a lasting change is not learned as normal, at the price of an exact one.
 */
export function advanceConformal(
  state: ConformalState,
  statistic: number,
  options: { readonly tie: number; readonly weight: number; readonly bag: 'grows' | 'frozen' },
): ConformalState {
  const p = conformalP(state.bag, statistic, options.tie);
  const logP = Math.log(p);
  const isFirst = state.logWealth[0] === Number.NEGATIVE_INFINITY;
  const logWealth = state.logWealth.map((before, bet) => {
    const exponent = exponents[bet]!;
    const wealth = options.weight === 0 ? (isFirst ? 0 : before) : logAdd(before, Math.log(options.weight));
    return wealth + Math.log(exponent) + (exponent - 1) * logP;
  });
  return { logWealth, bag: options.bag === 'grows' ? [...state.bag, statistic] : state.bag };
}

/** Natural logarithm of the mean wealth. */
export function conformalLog({ logWealth }: ConformalState): number {
  const largest = Math.max(...logWealth);
  if (largest === Number.NEGATIVE_INFINITY) return largest;
  return largest + Math.log(logWealth.reduce((sum, log) => sum + Math.exp(log - largest), 0) / logWealth.length);
}

/**
 * The simple jumper: bets that p-values are small, large or neither, which change their mind in 1 of 100 windows. Wealth of
 * the three states after a window with p-value `p`; start from thirds. Source: Vovk, Nouretdinov and Gammerman 2021.
 */
export function simpleJumper(wealth: readonly [number, number, number], p: number): [number, number, number] {
  const total = wealth[0] + wealth[1] + wealth[2];
  const next = (side: number, own: number): number =>
    (own * (1 - jumpRate) + (total * jumpRate) / 3) * (1 + side * (p - 0.5));
  return [next(-1, wealth[0]), next(0, wealth[1]), next(1, wealth[2])];
}

const jumpRate = 0.01;

/** ln(e^a + e^b). */
function logAdd(a: number, b: number): number {
  const largest = Math.max(a, b);
  if (largest === Number.NEGATIVE_INFINITY) return largest;
  return largest + Math.log1p(Math.exp(Math.min(a, b) - largest));
}
