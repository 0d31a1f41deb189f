import type { ModelSettings } from '../config/settings.ts';
import {
  classConfusion,
  createProfile,
  effectiveProfile,
  findSignal,
  groupConfusions,
  hashBucketCounts,
  mergeInto,
  overallConfusion,
  type Profile,
  profileTotals,
  signalCounts,
} from '../profile/index.ts';
import { readProfiles } from '../store/history.ts';
import type { ReadTransaction } from '../store/port.ts';

/** What a trainer could learn from: labelled rows of the version that serves, as far as they are remembered. */
export interface TrainingData {
  readonly labelledRows: number;
  /** Labelled rows by class; none for regression. */
  readonly classes: readonly { readonly name: string; readonly rows: number }[];
  /** Labelled rows by group of each sensitive attribute that had rows. */
  readonly groups: readonly { readonly name: string; readonly rows: number }[];
  /** Largest share of one principal in the rows, at most; `null`: no row says who sent it. */
  readonly principalShare: number | null;
}

/** Windows whose rows count. */
const trainableWindows = 1_000;

export async function readTrainingData(
  transaction: ReadTransaction,
  settings: ModelSettings,
  version: string,
): Promise<TrainingData> {
  const key = { model: settings.name, environment: settings.environment, version };
  const windows = (await readProfiles(transaction, { ...key, limit: trainableWindows, reverse: true })).map(
    // No more rows than the weighted ones are worth.
    ({ profile }) => effectiveProfile(profile),
  );
  const labelledRows = windows.reduce((sum, profile) => sum + profileTotals(profile).labelled, 0);
  // Windows before there was a reference count nothing but totals.
  const shape = windows[0]?.shape;
  if (shape === undefined) return { labelledRows, classes: [], groups: [], principalShare: null };
  const profile = createProfile(shape);
  for (const window of windows) if (window.shape.id === shape.id) mergeInto(profile, window);
  return {
    labelledRows,
    classes: settings.task === 'regression' ? [] : classesOf(profile),
    groups: settings.groups.flatMap(({ attribute }) => groupsOf(profile, attribute)),
    principalShare: settings.retrain.principal === undefined ? null : largestShare(profile, settings.retrain.principal),
  };
}

function classesOf(profile: Profile): TrainingData['classes'] {
  const many = classConfusion(profile);
  if (many !== null) {
    const size = many.classes.length + 1;
    return many.classes.map((name, label) => ({
      name,
      rows: Array.from({ length: size }, (_, predicted) => many.counts[predicted * size + label]!).reduce(
        (a, b) => a + b,
      ),
    }));
  }
  const { truePositive, falseNegative, falsePositive, trueNegative } = overallConfusion(profile);
  const { positive } = profile.shape;
  if (positive === null) return [];
  return [
    { name: positive, rows: truePositive + falseNegative },
    { name: `not ${positive}`, rows: falsePositive + trueNegative },
  ];
}

function groupsOf(profile: Profile, attribute: string): TrainingData['groups'] {
  return groupConfusions(profile, attribute)
    .map((one) => ({
      name: `${attribute}=${one.group ?? 'unknown'}`,
      rows: one.truePositive + one.falsePositive + one.falseNegative + one.trueNegative,
      all: one.unlabelledPositive + one.unlabelledNegative,
    }))
    .filter(({ rows, all }) => rows + all > 0)
    .map(({ name, rows }) => ({ name, rows }));
}

/** The largest share of rows with one value of a category feature or attribute. Unseen values by their hash: at most. */
function largestShare(profile: Profile, principal: string): number | null {
  const signal = `feature:${principal}`;
  if (findSignal(profile.shape, signal)?.type === 'category') {
    const cells = signalCounts(profile, signal);
    // The last three: other known values, unseen values, missing.
    const known = cells.subarray(0, cells.length - 3);
    const rows = cells.subarray(0, cells.length - 1).reduce((a, b) => a + b, 0);
    return rows === 0 ? null : Math.max(0, ...known, ...hashBucketCounts(profile, signal)) / rows;
  }
  const groups = groupConfusions(profile, principal).filter(({ group }) => group !== null);
  const counts = groups.map((one) => rowsOf(one));
  const rows = counts.reduce((a, b) => a + b, 0);
  return rows === 0 ? null : Math.max(...counts) / rows;
}

function rowsOf(one: ReturnType<typeof groupConfusions>[number]): number {
  const { truePositive, falsePositive, falseNegative, trueNegative, unlabelledPositive, unlabelledNegative } = one;
  return truePositive + falsePositive + falseNegative + trueNegative + unlabelledPositive + unlabelledNegative;
}
