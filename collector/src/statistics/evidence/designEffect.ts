import { chiSquareQuantile } from '../special/chiSquareQuantile.ts';
import type { ScoreMoments } from './score.ts';

/**
 * How many times larger is the variance of a window's mean than with independent events? At least 1.
 *
 * `windows`: a score's moments in each reference window, in order of time. Rows that come in clusters, wander or follow
 * the season make windows differ more than independent rows would; a detector that ignored it would alarm on every
 * stream sooner or later. The estimate is the sum of n (mean_w - mean)^2 / variance over W windows, divided by W - 1, times
 *
 * - an allowance for estimating it from few windows: W - 1 over the 10 % point of chi-square with W - 1 degrees of
 *   freedom (the true value is larger one time in ten), and at least 1.5;
 * - from 24 windows on, the long-run factor: how much more the mean of many windows varies than that of independent ones
 *   would, for traffic that stays off for many windows in a row.
 *
 * `degrees`: of freedom that the windows have left, where more than their common mean was taken out of them.
 *
 * `null` with fewer than 4 windows or a score that never varies: nothing can be said.
 *
 * Source: Kish 1965 (design effect).
 */
export function designEffect(windows: readonly ScoreMoments[], degrees = windowsWithRows(windows) - 1): number | null {
  const used = windows.filter(({ n }) => n > 0);
  const count = used.length;
  if (count < fewestWindows || degrees < fewestWindows - 1) return null;
  const n = used.reduce((sum, window) => sum + window.n, 0);
  const mean = used.reduce((sum, window) => sum + window.n * window.mean, 0) / n;
  const variance = used.reduce((sum, window) => sum + window.n * (window.variance + (window.mean - mean) ** 2), 0) / n;
  if (!(variance > 0)) return null;
  const between = used.reduce((sum, window) => sum + window.n * (window.mean - mean) ** 2, 0) / (degrees * variance);
  const allowance = Math.max(1.5, degrees / chiSquareQuantile(0.9, degrees));
  return Math.max(1, allowance * between * longRunFactor(used.map((window) => window.mean)));
}

export const fewestWindows = 4;
const fewestForLongRun = 24;

function windowsWithRows(windows: readonly ScoreMoments[]): number {
  return windows.filter(({ n }) => n > 0).length;
}

/**
 * Sum of the autocorrelations of window means, over all lags. They are taken in pairs of neighbouring lags for as long as a
 * pair is positive, and no pair larger than the one before it: what follows is noise. Of independent windows this is
 * nearer to 1, and of wandering ones nearer to the truth, than the variance of means of batches is.
 *
 * Source: Geyer 1992, initial monotone sequence estimator.
 */
function longRunFactor(means: readonly number[]): number {
  if (means.length < fewestForLongRun) return 1;
  const average = means.reduce((sum, mean) => sum + mean, 0) / means.length;
  const deviations = means.map((mean) => mean - average);
  const atLag = (lag: number): number =>
    deviations.reduce((sum, one, index) => sum + one * (deviations[index - lag] ?? 0), 0);
  const variance = atLag(0);
  if (!(variance > 0)) return 1;
  let sum = 0;
  let pair = Number.POSITIVE_INFINITY;
  for (let lag = 0; 2 * lag < means.length; lag += 2) {
    pair = Math.min(pair, (atLag(lag) + atLag(lag + 1)) / variance);
    if (pair <= 0) break;
    sum += pair;
  }
  return Math.max(1, 2 * sum - 1);
}
