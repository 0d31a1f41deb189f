import type { StreamBaseline } from './streamBaseline.ts';

/**
 * Early drift detection method: errors come closer together. mean + 2 sd of the distance between errors falls below `beta`
 * of the largest seen (warning: `alpha`), after 30 errors; the largest counts from the 31st value on.
 * Baena-Garcia et al. 2006.
 */
export function eddm(options: { readonly warmUp?: number; readonly alpha?: number; readonly beta?: number } = {}) {
  const { warmUp = 30, alpha = 0.95, beta = 0.9 } = options;
  let state = fresh();
  const baseline: StreamBaseline = {
    update: (value) => {
      state.n += 1;
      if (value !== 1) return 'none';
      const distance = state.n - state.lastError;
      state.lastError = state.n;
      state.errors += 1;
      const before = state.mean;
      state.mean += (distance - before) / state.errors;
      state.squares += (distance - before) * (distance - state.mean);
      if (state.n <= warmUp) return 'none';
      const reach = state.mean + 2 * Math.sqrt(state.squares / Math.max(1, state.errors - 1));
      if (reach > state.largest) {
        state.largest = reach;
        return 'none';
      }
      if (state.errors <= warmUp) return 'none';
      if (reach / state.largest < beta) {
        state = fresh();
        return 'drift';
      }
      return reach / state.largest < alpha ? 'warning' : 'none';
    },
  };
  return baseline;
}

function fresh() {
  return { n: 0, lastError: 0, errors: 0, mean: 0, squares: 0, largest: -1 };
}
