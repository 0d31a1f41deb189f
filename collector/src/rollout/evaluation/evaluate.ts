import type { GroupSettings, ModelSettings } from '../../config/settings.ts';
import type { Estimate } from '../../monitor/finding.ts';
import { intersectionName } from '../../profile/index.ts';
import { pairedAreaDifference } from '../../statistics/performance/pairedAreaDifference.ts';
import type { GateResult } from '../gate.ts';
import { assessGroupLimit } from '../gates/groupLimit.ts';
import { assessLeakage } from '../gates/leakage.ts';
import { assessOfflineCalibration } from '../gates/offlineCalibration.ts';
import { assessOfflinePerformance } from '../gates/offlinePerformance.ts';
import { pairedDifference } from '../gates/paired.ts';
import { assessWorstGroup } from '../gates/worstGroup.ts';
import type { VersionSpec } from '../state.ts';
import { bootstrapDifferences, seededRandom } from './bootstrap.ts';
import { type HeldOutRows, readHeldOutRows } from './heldOutRows.ts';
import { type JudgedRows, judgeRows } from './judgedRows.ts';
import { type Labels, positiveIndex, readLabels } from './labels.ts';
import { findLeakage } from './leakage.ts';
import { onnxScores } from './onnxScores.ts';

/** Candidate and champion on the same held-out rows. */
export interface Evaluation {
  readonly id: string;
  readonly model: string;
  readonly version: string;
  readonly champion: string | null;
  /** `sha256:<64 hex digits>` of the held-out rows. */
  readonly dataset: string;
  readonly rows: number;
  readonly metrics: Readonly<Record<string, MetricPair>>;
  readonly groups: readonly {
    readonly attribute: string;
    readonly group: string;
    readonly rows: number;
    readonly metrics: Readonly<Record<string, MetricPair>>;
  }[];
  readonly gates: readonly GateResult[];
  readonly at: number;
}

export interface MetricPair {
  readonly candidate: Estimate;
  readonly champion: Estimate | null;
  /** Candidate minus champion on the same rows. */
  readonly difference: Estimate | null;
}

export interface EvaluatedVersion {
  readonly version: string;
  readonly spec: VersionSpec;
  readonly bytes: Uint8Array;
}

export interface EvaluationInput {
  readonly id: string;
  readonly settings: ModelSettings;
  readonly candidate: EvaluatedVersion;
  readonly champion: EvaluatedVersion | null;
  readonly heldOut: { readonly digest: string; readonly bytes: Uint8Array };
  /** Rows the candidate was trained on (CSV), where they were registered. */
  readonly training?: Uint8Array | null;
  readonly at: number;
}

/** Groups smaller than this are not shown. */
const smallestShownGroup = 10;

/**
 * Runs both versions over the same rows and compares them row by row. Labels are read by the candidate's registration.
 * Deterministic: the same bytes give the same evaluation. Throws `BAD_ARTEFACT` and `BAD_DATA`, naming what is wrong.
 */
export async function evaluateVersions(input: EvaluationInput): Promise<Evaluation> {
  const { settings, candidate, champion, heldOut } = input;
  const rows = readHeldOutRows(heldOut.bytes);
  const labels = readLabels(rows, settings, candidate.spec);
  const candidateRows = await judged(candidate, rows, labels, settings);
  const championRows = champion === null ? null : await judged(champion, rows, labels, settings);
  const random = seededRandom(Number.parseInt(heldOut.digest.slice(7, 15), 16));
  const compare = (subset: Int32Array) => metricPairs(subset, candidateRows, championRows, random);
  const groups = settings.groups.flatMap((declared) => groupRows(rows, declared));
  const missingAttributes = settings.groups
    .flatMap(({ attribute, attributes }) => attributes ?? [attribute])
    .filter((attribute, index, all) => rows.column(attribute) === undefined && all.indexOf(attribute) === index);
  const all = Int32Array.from({ length: rows.count }, (_, row) => row);
  const metrics = await compare(all);
  const groupMetrics: Evaluation['groups'][number][] = [];
  for (const { attribute, group, rows: subset } of groups) {
    if (subset.length < smallestShownGroup) continue;
    groupMetrics.push({ attribute, group, rows: subset.length, metrics: await compare(subset) });
  }

  return {
    id: input.id,
    model: settings.name,
    version: candidate.version,
    champion: champion?.version ?? null,
    dataset: heldOut.digest,
    rows: rows.count,
    metrics,
    groups: groupMetrics,
    gates: [
      ...leakageGate(input, rows),
      ...offlineGates({ input, candidateRows, championRows, groups, missingAttributes, metrics }),
    ],
    at: input.at,
  };
}

async function judged(
  version: EvaluatedVersion,
  rows: HeldOutRows,
  labels: Labels,
  settings: ModelSettings,
): Promise<JudgedRows> {
  const { digest, inputs, classes, threshold } = version.spec;
  const output = await onnxScores({ version: version.version, digest, bytes: version.bytes, inputs }, rows);
  return judgeRows(output, labels, {
    version: version.version,
    positiveIndex: positiveIndex(settings, classes),
    threshold,
  });
}

interface GroupOfRows {
  readonly attribute: string;
  readonly group: string;
  readonly rows: Int32Array;
}

/** Rows by group, of an intersection by all of its attributes; rows without a group belong to none. */
function groupRows(rows: HeldOutRows, { attribute, attributes = [attribute] }: GroupSettings): GroupOfRows[] {
  const members = new Map<string, number[]>();
  const columns = attributes.map((name) => rows.column(name));
  for (let row = 0; row < rows.count; row++) {
    const parts = columns.map((column) => column?.[row]?.trim() ?? '');
    if (parts.includes('')) continue;
    const group = intersectionName(parts);
    const list = members.get(group);
    if (list === undefined) members.set(group, [row]);
    else list.push(row);
  }
  return [...members]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([group, list]) => ({ attribute, group, rows: Int32Array.from(list) }));
}

async function metricPairs(
  rows: Int32Array,
  candidate: JudgedRows,
  champion: JudgedRows | null,
  random: () => number,
): Promise<Record<string, MetricPair>> {
  const candidateMetrics = candidate.metrics(rows);
  if (champion === null) {
    return mapValues(candidateMetrics, (estimate) => ({ candidate: estimate, champion: null, difference: null }));
  }
  const championMetrics = champion.metrics(rows);
  const differences = await bootstrapDifferences(
    rows.length,
    random,
    candidate.weighted(rows),
    champion.weighted(rows),
  );
  const area = areaDifference(rows, candidate, champion);
  if (area !== null) differences.areaUnderCurve = area;
  return mapValues(candidateMetrics, (estimate, name) => ({
    candidate: estimate,
    champion: championMetrics[name] ?? null,
    difference: differences[name] ?? null,
  }));
}

/** Of the areas under the curve: by DeLong's covariance, which needs no draws. `null` where rows are not ranked. */
function areaDifference(rows: Int32Array, candidate: JudgedRows, champion: JudgedRows): Estimate | null {
  if (candidate.ranked === undefined || champion.ranked === undefined) return null;
  const { scores, positive } = candidate.ranked;
  const { value, low, high, n } = pairedAreaDifference(
    take(scores, rows),
    take(champion.ranked.scores, rows),
    rows.map((row) => positive[row]!),
  );
  return { value, low, high, n, ...(value === null ? { suppressed: 'undefined on these rows' } : {}) };
}

function offlineGates({
  input,
  candidateRows,
  championRows,
  groups,
  missingAttributes,
  metrics,
}: {
  readonly input: EvaluationInput;
  readonly candidateRows: JudgedRows;
  readonly championRows: JudgedRows | null;
  readonly groups: readonly GroupOfRows[];
  readonly missingAttributes: readonly string[];
  readonly metrics: Readonly<Record<string, MetricPair>>;
}): GateResult[] {
  const { settings, at } = input;
  const { gates } = settings.rollout;
  const paired = (rows: Int32Array | null, champion: JudgedRows) =>
    rows === null
      ? pairedDifference(candidateRows.losses, champion.losses)
      : pairedDifference(take(candidateRows.losses, rows), take(champion.losses, rows));
  const championLoss = championRows === null ? null : mean(championRows.losses);
  const regression = settings.task === 'regression';
  const loss = regression ? 'mean absolute error' : 'error rate';
  // Margins are shares; an absolute error has a unit, so there they are parts of the champion's.
  const unit = regression ? (championLoss ?? 0) : 1;
  const offline = assessOfflinePerformance({
    loss,
    candidateLoss: mean(candidateRows.losses),
    championLoss,
    paired: championRows === null ? null : paired(null, championRows),
    margin: gates.offlineMargin * unit,
    at,
  });
  const { groupLossLimit, calibrationMargin } = gates;
  const alone: GateResult[] =
    groupLossLimit === undefined || settings.groups.length === 0
      ? []
      : [
          assessGroupLimit({
            loss,
            groups: groups.map(({ attribute, group, rows }) => ({
              attribute,
              group,
              rows: rows.length,
              loss: mean(take(candidateRows.losses, rows)),
            })),
            limit: groupLossLimit,
            minimumRows: settings.minimumGroupRows,
            at,
          }),
        ];
  const calibration = metrics.calibrationError;
  if (calibration?.champion != null && calibration.difference !== null) {
    const { candidate, champion, difference } = calibration;
    alone.push(assessOfflineCalibration({ candidate, champion, difference, margin: calibrationMargin, at }));
  }
  if (settings.groups.length === 0 || championRows === null) return [offline, ...alone];
  const worstGroup = assessWorstGroup({
    loss,
    groups: groups.map(({ attribute, group, rows }) => ({ attribute, group, paired: paired(rows, championRows) })),
    missingAttributes,
    margin: gates.worstGroupMargin * unit,
    minimumRows: settings.minimumGroupRows,
    at,
  });
  return [offline, worstGroup, ...alone];
}

function leakageGate({ candidate, training, at }: EvaluationInput, heldOut: HeldOutRows): GateResult[] {
  if (training == null) return [];
  return [assessLeakage(findLeakage(heldOut, readHeldOutRows(training), candidate.spec), at)];
}

function take(values: Float64Array, rows: Int32Array): Float64Array {
  return Float64Array.from(rows, (row) => values[row]!);
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function mapValues<From, To>(
  record: Readonly<Record<string, From>>,
  map: (value: From, name: string) => To,
): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value, name)]));
}
