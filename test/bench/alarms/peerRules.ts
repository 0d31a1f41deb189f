import { chiSquareTail } from '../../../collector/src/statistics/special/chiSquareTail.ts';
import { kolmogorovTail } from '../../../collector/src/statistics/special/kolmogorovTail.ts';
import { type Rule, verdictOf } from './rule.ts';
import { categoryCount, numericFeatures, type TrafficWindow } from './traffic.ts';

/**
 * The default rules of other monitors, written from their published definitions. They get the reference as their users
 * give it to them: at most 10 000 rows, evenly taken.
 */

/** Evidently: column tests of the drift preset (legacy/calculations/stattests). */
const evidentlyDefaults: Rule = {
  name: 'Evidently defaults',
  source:
    'Evidently registry.py: up to 1000 reference rows KS p <= .05 and chi-square p < .05 with the reference as truth, above W1 / sd >= .1 and JS (natural logarithm) >= .1',
  fit: (reference) => {
    const { numbers, categories } = sampleOf(reference);
    const isLarge = categories.length > 1_000;
    const sorted = numbers.map(sortedCopy);
    const deviations = numbers.map(deviationOf);
    const expected = categoryCounts(categories);
    return (window) => {
      const counts = categoryCounts(window.categories);
      return verdictOf([
        ...window.numbers.map((values, feature) => {
          const current = sortedCopy(values);
          const past = sorted[feature]!;
          return isLarge
            ? wasserstein(past, current) / Math.max(deviations[feature]!, 0.001) >= 0.1
            : kolmogorovSmirnovTail(past, current) <= 0.05;
        }),
        isLarge
          ? jensenShannon(expected, counts, Math.LN2) >= 0.1
          : goodnessOfFitTail(counts, expected, window.rows, categories.length) < 0.05,
      ]);
    };
  },
};

/** Evidently's PSI where it is chosen. */
const evidentlyPsi: Rule = {
  name: 'Evidently PSI >= .1',
  source:
    'Evidently psi.py and utils.py: Sturges bins of reference and window together, empty bins 0.0001, sum (r - c) ln(r / c)',
  fit: (reference) => {
    const { numbers, categories } = sampleOf(reference);
    const expected = categoryCounts(categories);
    return (window) =>
      verdictOf([
        ...window.numbers.map((values, feature) => {
          const past = numbers[feature]!;
          const edges = sturges(past, values);
          return populationStability(binned(past, edges), binned(values, edges)) >= 0.1;
        }),
        populationStability(expected, categoryCounts(window.categories)) >= 0.1,
      ]);
  },
};

/** NannyML: univariate drift, thresholds from the reference's own chunks. */
const nannyJensenShannon: Rule = {
  name: 'NannyML JS mean + 3 sd',
  source:
    'NannyML drift/univariate/methods.py and thresholds.py: JS distance (base 2) over Doane bins of the reference, threshold mean + 3 sd (ddof 0) over reference chunks; chunks are windows, ten at least',
  fit: (reference) => {
    const past = sampleOf(reference);
    const edges = past.numbers.map((values) => doane(values));
    const expected = [
      ...past.numbers.map((values, feature) => binned(values, edges[feature]!)),
      categoryCounts(past.categories),
    ];
    const distances = (window: TrafficWindow): number[] =>
      [
        ...window.numbers.map((values, feature) => binned(values, edges[feature]!)),
        categoryCounts(window.categories),
      ].map((counts, signal) => jensenShannon(expected[signal]!, counts, 1));
    const chunks = reference.map(distances);
    const limits = expected.map((_, signal) => {
      const values = chunks.map((chunk) => chunk[signal]!);
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      return mean + 3 * Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
    });
    return (window) => verdictOf(distances(window).map((distance, signal) => distance > limits[signal]!));
  },
};

/** Alibi-Detect: KS and chi-square by column with Bonferroni's correction. */
const alibiDetect: Rule = {
  name: 'Alibi-Detect p < .05 / d',
  source: 'Alibi-Detect cd/tabular.py: two-sample KS and chi-square of homogeneity, p < .05 / columns',
  fit: (reference) => {
    const { numbers, categories } = sampleOf(reference);
    const sorted = numbers.map(sortedCopy);
    const expected = categoryCounts(categories);
    const level = 0.05 / (numericFeatures + 1);
    return (window) =>
      verdictOf([
        ...window.numbers.map((values, feature) => kolmogorovSmirnovTail(sorted[feature]!, sortedCopy(values)) < level),
        homogeneityTail(expected, categoryCounts(window.categories)) < level,
      ]);
  },
};

/** A threshold on p by signal, as most dashboards offer it. */
const uncorrected: Rule = {
  name: 'chi-square p < .05',
  source:
    'chi-square of homogeneity on reference deciles, each signal at 5 % (NannyML, Frouros; scipy chi2_contingency)',
  fit: (reference) => {
    const { numbers, categories } = sampleOf(reference);
    const edges = numbers.map((values) => {
      const sorted = sortedCopy(values);
      return Float64Array.from({ length: 9 }, (_, i) => sorted[Math.floor(((i + 1) * sorted.length) / 10)]!);
    });
    const expected = [...numbers.map((values, feature) => binned(values, edges[feature]!)), categoryCounts(categories)];
    return (window) =>
      verdictOf(
        [
          ...window.numbers.map((values, feature) => binned(values, edges[feature]!)),
          categoryCounts(window.categories),
        ].map((counts, signal) => homogeneityTail(expected[signal]!, counts) < 0.05),
      );
  },
};

/** No bench that these two pass is worth running. */
const alwaysFires: Rule = {
  name: 'always fires',
  source: 'control',
  fit: () => (window) => verdictOf([...window.numbers.map(() => true), true]),
};

const neverFires: Rule = {
  name: 'never fires',
  source: 'control',
  fit: () => () => verdictOf([]),
};

export const peerRules: readonly Rule[] = [
  evidentlyDefaults,
  evidentlyPsi,
  nannyJensenShannon,
  alibiDetect,
  uncorrected,
];

export const controlRules: readonly Rule[] = [alwaysFires, neverFires];

const mostReferenceRows = 10_000;

function sampleOf(reference: readonly TrafficWindow[]): { numbers: Float64Array[]; categories: Uint8Array } {
  const rows = reference.reduce((sum, window) => sum + window.rows, 0);
  const step = Math.ceil(rows / mostReferenceRows);
  const everyStep = (columnOf: (window: TrafficWindow) => ArrayLike<number>): number[] => {
    const taken: number[] = [];
    let index = 0;
    for (const window of reference) {
      const column = columnOf(window);
      for (let row = 0; row < column.length; row++, index++) if (index % step === 0) taken.push(column[row]!);
    }
    return taken;
  };
  return {
    numbers: Array.from({ length: numericFeatures }, (_, feature) =>
      Float64Array.from(everyStep(({ numbers }) => numbers[feature]!)),
    ),
    categories: Uint8Array.from(everyStep(({ categories }) => categories)),
  };
}

function sortedCopy(values: Float64Array): Float64Array {
  return values.slice().sort();
}

function deviationOf(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}

function categoryCounts(codes: Uint8Array): Float64Array {
  const counts = new Float64Array(categoryCount);
  for (const code of codes) counts[code] = counts[code]! + 1;
  return counts;
}

/** Counts between ascending inner edges; one more than there are edges. */
function binned(values: Float64Array, edges: Float64Array): Float64Array {
  const counts = new Float64Array(edges.length + 1);
  for (const value of values) {
    let low = 0;
    let high = edges.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (value < edges[middle]!) high = middle;
      else low = middle + 1;
    }
    counts[low] = counts[low]! + 1;
  }
  return counts;
}

/** Inner edges of ceil(log2 n + 1) equal bins over both samples (Sturges 1926). */
function sturges(a: Float64Array, b: Float64Array): Float64Array {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const values of [a, b]) {
    for (const value of values) {
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return equalEdges(low, high, Math.ceil(Math.log2(a.length + b.length) + 1));
}

/** Inner edges of equal bins, more of them for skewed values (Doane 1976). */
function doane(values: Float64Array): Float64Array {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const deviation = deviationOf(values);
  const skewness = values.reduce((sum, value) => sum + ((value - mean) / deviation) ** 3, 0) / n;
  const error = Math.sqrt((6 * (n - 2)) / ((n + 1) * (n + 3)));
  const bins = Math.ceil(1 + Math.log2(n) + Math.log2(1 + Math.abs(skewness) / error));
  const sorted = sortedCopy(values);
  return equalEdges(sorted[0]!, sorted[n - 1]!, bins);
}

function equalEdges(low: number, high: number, bins: number): Float64Array {
  return Float64Array.from({ length: bins - 1 }, (_, i) => low + ((i + 1) * (high - low)) / bins);
}

function sharesOf(counts: Float64Array): Float64Array {
  const n = counts.reduce((sum, count) => sum + count, 0);
  return counts.map((count) => count / n);
}

function populationStability(reference: Float64Array, current: Float64Array): number {
  const floor = 0.0001;
  const p = sharesOf(reference);
  const q = sharesOf(current);
  return p.reduce((sum, share, bin) => {
    const [r, c] = [share === 0 ? floor : share, q[bin] === 0 ? floor : q[bin]!];
    return sum + (r - c) * Math.log(r / c);
  }, 0);
}

/** Distance; `unit` is ln 2 for natural logarithms and 1 for base 2. */
function jensenShannon(reference: Float64Array, current: Float64Array, unit: number): number {
  const p = sharesOf(reference);
  const q = sharesOf(current);
  const half = (a: number, b: number): number => (a === 0 ? 0 : a * Math.log2((2 * a) / (a + b)));
  const divergence = p.reduce((sum, share, bin) => sum + half(share, q[bin]!) + half(q[bin]!, share), 0) / 2;
  return Math.sqrt(Math.max(0, divergence) * unit);
}

/** Largest distance between the two empirical distribution functions, as an asymptotic p-value. */
function kolmogorovSmirnovTail(a: Float64Array, b: Float64Array): number {
  let largest = 0;
  walk(a, b, (_, __, apart) => {
    largest = Math.max(largest, Math.abs(apart));
  });
  return kolmogorovTail(Math.sqrt((a.length * b.length) / (a.length + b.length)) * largest);
}

function wasserstein(a: Float64Array, b: Float64Array): number {
  let area = 0;
  walk(a, b, (from, to, apart) => {
    area += (to - from) * Math.abs(apart);
  });
  return area;
}

/** Calls `visit` with every interval between neighbouring values and how far apart the distribution functions are on it. */
function walk(a: Float64Array, b: Float64Array, visit: (from: number, to: number, apart: number) => void): void {
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    const from = j >= b.length || (i < a.length && a[i]! <= b[j]!) ? a[i]! : b[j]!;
    while (i < a.length && a[i] === from) i++;
    while (j < b.length && b[j] === from) j++;
    const to = Math.min(a[i] ?? Number.POSITIVE_INFINITY, b[j] ?? Number.POSITIVE_INFINITY);
    if (Number.isFinite(to)) visit(from, to, i / a.length - j / b.length);
  }
}

function homogeneityTail(reference: Float64Array, current: Float64Array): number {
  const m = reference.reduce((sum, count) => sum + count, 0);
  const n = current.reduce((sum, count) => sum + count, 0);
  let statistic = 0;
  let used = 0;
  for (let bin = 0; bin < reference.length; bin++) {
    const both = reference[bin]! + current[bin]!;
    if (both === 0) continue;
    used++;
    statistic += (current[bin]! * Math.sqrt(m / n) - reference[bin]! * Math.sqrt(n / m)) ** 2 / both;
  }
  return chiSquareTail(statistic, used - 1);
}

function goodnessOfFitTail(current: Float64Array, reference: Float64Array, n: number, m: number): number {
  const statistic = current.reduce((sum, count, bin) => {
    const expected = (reference[bin]! * n) / m;
    return sum + (expected === 0 ? (count === 0 ? 0 : Number.POSITIVE_INFINITY) : (count - expected) ** 2 / expected);
  }, 0);
  return Number.isFinite(statistic) ? chiSquareTail(statistic, current.length - 1) : 0;
}
