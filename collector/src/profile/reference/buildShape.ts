import type { Column, FeatureDeclaration, InferenceBatch } from '@plumbline/sdk/event';
import { decilesOf, referenceEdges } from '../cells/edges.ts';
import { countedTexts, featureColumn, sortedNumbers, textAt } from '../fold/columns.ts';
import { hourColumn, hoursOfDay } from '../fold/hourOfDay.ts';
import { groupColumn, intersectionName, intersectionParts } from '../fold/intersection.ts';
import {
  type CategorySignal,
  type GroupShape,
  identifyShape,
  logitBins,
  type NumericSignal,
  type ProfiledKind,
  type ProfileShape,
  type ScoreBins,
  type SignalShape,
  type Task,
} from '../shape.ts';
import { type Part, partsByBlock } from './parts.ts';

export interface ShapeOptions {
  readonly task: Task;
  /** Declared features; others are taken as they came. */
  readonly features?: readonly DeclaredFeature[];
  /** Declared sensitive attributes and intersections of them; others that came are counted too. */
  readonly groups?: readonly DeclaredGroup[];
  /** Positive class; default: found among the labels and predictions (`1`, `true`, `yes`, ..., else the last by text). */
  readonly positive?: string | undefined;
  readonly favourable?: string | undefined;
  /** Rows of each profile whose values are kept for explanations; default: none. */
  readonly sampledRows?: number | undefined;
}

export interface DeclaredFeature {
  readonly name: string;
  /** A timestamp is watched by the hour of the day. */
  readonly type: FeatureDeclaration['type'] | 'timestamp';
}

/** A sensitive attribute: recorded as such, or where several meet. */
export interface DeclaredGroup {
  readonly attribute: string;
  /** Of an intersection: what meets in it. */
  readonly attributes?: readonly string[] | undefined;
  /** Feature by which people are taken to be alike. */
  readonly conditionOn?: string | undefined;
}

/** Freezes bins, categories, classes and groups from reference rows. The order of batches and rows does not matter. */
export function buildShape(
  batches: readonly InferenceBatch[],
  labels: readonly (string | number)[],
  options: ShapeOptions,
): ProfileShape {
  const scores = sortedNumbers(batches, (batch) => batch.scores);
  const classTexts = classCounts(batches, labels);
  const isClassification = options.task !== 'regression' && options.task !== 'ranking';
  const ownPositive = isClassification ? (options.positive ?? findPositive(classTexts, labels)) : null;
  const isMulticlass = options.task === 'multiclass_classification';
  // One class against the rest: with many classes the favourable one is the one that decisions are about.
  const positive = isMulticlass ? (options.favourable ?? options.positive ?? null) : ownPositive;
  const favourable = isMulticlass ? null : (options.favourable ?? null);
  const halves = partsByBlock(batches, 2);
  const predictions = isClassification ? null : sortedNumbers(batches, (batch) => batch.predictions);

  return identifyShape({
    task: options.task,
    signals: [
      ...featureSignals(batches, halves, options.features ?? []),
      ...outputSignals(batches, halves, scores, predictions),
    ],
    scoreBins: isClassification && scores.length > 0 ? scoreBinsOf(scores) : null,
    positive,
    favourable,
    classes: isMulticlass ? classTexts.slice(0, largestClassCount).sort() : [],
    groups: groupShapes(batches, options.groups ?? []),
    residualScale: predictions === null ? 1 : momentsOf(predictions).scale,
    ...(options.sampledRows === undefined || options.sampledRows < 1 ? {} : { sampledRows: options.sampledRows }),
    edition: isClassification ? 2 : options.task === 'regression' ? 4 : 3,
  });
}

const largestClassCount = 32;
const largestGroupCount = 32;
const largestCategoryCount = 64;
const largestOtherKnown = 1_024;

function featureSignals(
  batches: readonly InferenceBatch[],
  halves: readonly Part[],
  declared: readonly DeclaredFeature[],
): SignalShape[] {
  const types = new Map<string, FeatureDeclaration['type']>();
  for (const batch of batches) {
    for (const { name, type } of batch.schema.features) {
      if (types.get(name) !== 'category') types.set(name, type);
    }
  }
  const declaredNames = new Set(declared.map(({ name }) => name));
  const inferred = [...types.keys()].filter((name) => !declaredNames.has(name)).sort();
  const features: DeclaredFeature[] = [...declared, ...inferred.map((name) => ({ name, type: types.get(name)! }))];
  return features.map(({ name, type }) => {
    const pick = (batch: InferenceBatch) => featureColumn(batch, name);
    if (type === 'timestamp') return timeSignal(name, batches, pick);
    return type === 'number'
      ? numericSignal('feature', name, sortedNumbers(batches, pick))
      : categorySignal('feature', name, batches, halves, pick);
  });
}

function outputSignals(
  batches: readonly InferenceBatch[],
  halves: readonly Part[],
  scores: Float64Array,
  predictions: Float64Array | null,
): SignalShape[] {
  const signals: SignalShape[] = [];
  if (scores.length > 0) signals.push(numericSignal('score', 'score', scores));
  if (predictions !== null) {
    if (predictions.length > 0) signals.push(numericSignal('prediction', 'prediction', predictions));
  } else {
    const signal = categorySignal('prediction', 'prediction', batches, halves, (batch) => batch.predictions);
    if (signal.categories.length > 0) signals.push(signal);
  }
  const latencies = sortedNumbers(batches, (batch) => batch.latenciesMs);
  if (latencies.length > 0) signals.push(latencySignal(latencies));
  return signals;
}

function numericSignal(kind: ProfiledKind, name: string, sorted: Float64Array): NumericSignal {
  const { edges, deciles } = referenceEdges(sorted);
  return { signal: signalId(kind, name), kind, name, type: 'number', edges, deciles, ...momentsOf(sorted) };
}

/** Latency has fixed logarithmic bins (19 % wide, 10 us to 11 min), so that quantiles compare between versions. */
function latencySignal(sorted: Float64Array): NumericSignal {
  const edges = Array.from({ length: 105 }, (_, i) => 0.01 * 2 ** (i / 4));
  return {
    signal: 'latency',
    kind: 'latency',
    name: 'latency',
    type: 'number',
    edges,
    deciles: decilesOf(edges, sorted),
    ...momentsOf(sorted),
  };
}

function categorySignal(
  kind: ProfiledKind,
  name: string,
  batches: readonly InferenceBatch[],
  halves: readonly Part[],
  pick: (batch: InferenceBatch) => Column | undefined,
): CategorySignal {
  const counted = countedTexts(batches, pick);
  const texts = counted.map(([text]) => text);
  return {
    signal: signalId(kind, name),
    kind,
    name,
    type: 'category',
    categories: texts.slice(0, largestCategoryCount),
    otherKnown: texts.slice(largestCategoryCount, largestCategoryCount + largestOtherKnown).sort(),
    hashBuckets: texts.length > largestCategoryCount ? 64 : 0,
    newValues: newValues(halves, pick),
  };
}

/** All hours are known, whether the reference saw them or not; what is no time is as new as it is there. */
function timeSignal(
  name: string,
  batches: readonly InferenceBatch[],
  pick: (batch: InferenceBatch) => Column | undefined,
): CategorySignal {
  const counted = countedTexts(batches, (batch) => {
    const column = pick(batch);
    return column === undefined ? undefined : hourColumn(column);
  });
  const sum = (of: typeof counted): number => of.reduce((total, [, count]) => total + count, 0);
  return {
    signal: signalId('feature', name),
    kind: 'feature',
    name,
    type: 'category',
    categories: hoursOfDay,
    otherKnown: [],
    hashBuckets: 0,
    newValues: { events: sum(counted.filter(([text]) => !hoursOfDay.includes(text))), n: sum(counted) },
    cycle: 'day',
  };
}

function newValues(
  [earlier = [], later = []]: readonly Part[],
  pick: (batch: InferenceBatch) => Column | undefined,
): CategorySignal['newValues'] {
  const known = new Set<string>();
  forEachText(earlier, pick, (text) => known.add(text));
  let events = 0;
  let n = 0;
  forEachText(later, pick, (text) => {
    n++;
    if (!known.has(text)) events++;
  });
  return { events, n };
}

function forEachText(
  part: Part,
  pick: (batch: InferenceBatch) => Column | undefined,
  visit: (text: string) => void,
): void {
  for (const { batch, rows } of part) {
    const column = pick(batch);
    if (column === undefined) continue;
    for (const row of rows) {
      const text = textAt(column, row);
      if (text !== null) visit(text);
    }
  }
}

function signalId(kind: ProfiledKind, name: string): string {
  return kind === 'feature' ? `feature:${name}` : kind;
}

/** Mean and standard deviation; where they overflow or vanish, numbers that keep deviations finite. */
function momentsOf(sorted: Float64Array): { centre: number; scale: number } {
  const n = sorted.length;
  if (n === 0) return { centre: 0, scale: 1 };
  const largest = Math.max(Math.abs(sorted[0]!), Math.abs(sorted[n - 1]!));
  if (largest > 1e150) return { centre: 0, scale: largest };
  const mean = sorted.reduce((sum, value) => sum + value, 0) / n;
  const variance = sorted.reduce((sum, value) => sum + (value - mean) ** 2, 0) / n;
  const deviation = Math.sqrt(variance);
  // Below this a "deviation" is rounding error of the mean, or would overflow as a divisor.
  const isConstant = sorted[0] === sorted[n - 1] || deviation < 1e-300;
  return isConstant ? { centre: sorted[0]!, scale: 1 } : { centre: mean, scale: deviation };
}

function scoreBinsOf(sorted: Float64Array): ScoreBins {
  const n = sorted.length;
  if (sorted[0]! >= 0 && sorted[n - 1]! <= 1) return { kind: 'logit' };
  const edges = new Set<number>();
  for (let i = 1; i < logitBins; i++) edges.add(sorted[Math.floor((i * n) / logitBins)]!);
  return { kind: 'edges', edges: [...edges] };
}

/** Distinct classes of predictions and labels, most frequent first. */
function classCounts(batches: readonly InferenceBatch[], labels: readonly (string | number)[]): string[] {
  const counts = new Map(countedTexts(batches, (batch) => batch.predictions));
  for (const label of labels) counts.set(String(label), (counts.get(String(label)) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([text]) => text);
}

const usualPositives = ['1', 'true', 'yes', 'y', 'positive', 'pos'];

function findPositive(classes: readonly string[], labels: readonly (string | number)[]): string | null {
  const candidates = labels.length > 0 ? [...new Set(labels.map(String))].sort() : [...classes].sort();
  for (const usual of usualPositives) {
    const found = candidates.find((text) => text.toLowerCase() === usual);
    if (found !== undefined) return found;
  }
  return candidates.at(-1) ?? null;
}

function groupShapes(batches: readonly InferenceBatch[], declared: readonly DeclaredGroup[]): GroupShape[] {
  const known = new Map(declared.map((group) => [group.attribute, group]));
  const found = new Set(batches.flatMap((batch) => Object.keys(batch.groups)));
  for (const attribute of [...found].sort()) if (!known.has(attribute)) known.set(attribute, { attribute });
  return [...known.values()].map((group) => {
    const groups = countedTexts(batches, (batch) => groupColumn(batch, group))
      .slice(0, largestGroupCount)
      .map(([text]) => text);
    const { attribute, attributes, conditionOn } = group;
    return {
      attribute,
      groups,
      ...(attributes === undefined ? {} : { attributes, parts: partsOf(batches, group, groups) }),
      ...(conditionOn === undefined ? {} : { conditionOn }),
    };
  });
}

function partsOf(
  batches: readonly InferenceBatch[],
  { attributes = [] }: DeclaredGroup,
  groups: readonly string[],
): (readonly string[])[] {
  const parts = new Map<string, readonly string[]>();
  for (const batch of batches) {
    for (const part of intersectionParts(batch, attributes)) parts.set(intersectionName(part), part);
  }
  return groups.map((group) => parts.get(group) ?? []);
}
