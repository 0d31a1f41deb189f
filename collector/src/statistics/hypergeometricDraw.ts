import { gammaLn } from './special/gammaLn.ts';

/**
 * How many of `draws` items, taken without putting back from `size` items of which `marked` are marked, are marked? A
 * random whole number, by inverting the distribution outwards from its mode: exact, in about as many steps as its standard
 * deviation. `random`: numbers in [0, 1).
 *
 * Source: Kachitvichyanukul and Schmeiser 1985 (algorithm HIN, from the mode).
 */
export function hypergeometricDraw(random: () => number, size: number, marked: number, draws: number): number {
  const least = Math.max(0, draws - (size - marked));
  const most = Math.min(draws, marked);
  if (least >= most) return least;
  const mode = Math.min(most, Math.max(least, Math.floor(((draws + 1) * (marked + 1)) / (size + 2))));
  const atMode = Math.exp(chooseLn(marked, mode) + chooseLn(size - marked, draws - mode) - chooseLn(size, draws));
  // From k to k + 1 the probability is multiplied by this.
  const step = (k: number): number => ((marked - k) * (draws - k)) / ((k + 1) * (size - marked - draws + k + 1));
  let left = random() - atMode;
  let [below, above] = [mode, mode];
  let [belowShare, aboveShare] = [atMode, atMode];
  while (left >= 0 && (below > least || above < most)) {
    if (above < most) {
      aboveShare *= step(above);
      above++;
      left -= aboveShare;
      if (left < 0) return above;
    }
    if (below > least) {
      below--;
      belowShare /= step(below);
      left -= belowShare;
      if (left < 0) return below;
    }
  }
  return mode;
}

function chooseLn(n: number, k: number): number {
  return gammaLn(n + 1) - gammaLn(k + 1) - gammaLn(n - k + 1);
}
