import type { BriefFinding, Finding } from '../../monitor/finding.ts';
import { briefFindings } from '../../monitor/index.ts';
import { readBriefs, readFindings, readLatestVerdicts, type VersionKey, versionKey } from '../../store/history.ts';
import type { ReadTransaction } from '../../store/port.ts';
import { Families, type Labels } from './families.ts';
import type { MetricFamily } from './prometheus-text.ts';

/** What `/metrics` says of the latest closed window of a version, or of a segment of it. */
export interface LatestWindow {
  /** Exclusive end, milliseconds since 1970-01-01 UTC. */
  readonly to: number;
  readonly verdicts: readonly Pick<Finding, 'kind' | 'verdict'>[];
  /** A series for each signal; none for a segment. */
  readonly families: readonly MetricFamily[];
  /** Strongest evidence of change; 1 is the alarm level. */
  readonly strongest: number;
}

interface KnownWindow extends LatestWindow {
  readonly from: number;
  /** Of its verdicts, which are stored together with its findings. */
  readonly revision: number;
}

/**
 * Latest windows, each read again only when its findings are others than at the last scrape. All models are asked at every
 * scrape: reading, decoding and writing the findings of a thousand of them anew would take seconds.
 */
export class LatestWindows {
  #before: ReadonlyMap<string, KnownWindow> = new Map();
  #now = new Map<string, KnownWindow>();

  /** A scrape begins: what neither it nor the one before it asks for is forgotten. */
  begin(): void {
    this.#before = this.#now;
    this.#now = new Map();
  }

  async of(transaction: ReadTransaction, key: VersionKey): Promise<LatestWindow | undefined> {
    const latest = await readLatestVerdicts(transaction, key);
    if (latest === undefined) return undefined;
    const { from, to, revision, verdicts } = latest;
    const id = versionKey(key);
    const known = this.#now.get(id) ?? this.#before.get(id);
    const window =
      known?.from === from && known.revision === revision
        ? known
        : { from, to, revision, verdicts, ...madeOf(key, await briefOf(transaction, key, from, to)) };
    this.#now.set(id, window);
    return window;
  }
}

/** Brief, where they are: whole findings would be a hundred megabytes. */
async function briefOf(
  transaction: ReadTransaction,
  key: VersionKey,
  from: number,
  to: number,
): Promise<readonly BriefFinding[]> {
  const range = { ...key, from, to, limit: 1 };
  const briefs = await readBriefs(transaction, range);
  if (briefs !== null) return briefs[0]?.findings ?? [];
  const [found] = await readFindings(transaction, range);
  return briefFindings(found?.findings ?? []);
}

function madeOf(
  { model, environment, version, segment }: VersionKey,
  findings: readonly BriefFinding[],
): Pick<LatestWindow, 'families' | 'strongest'> {
  const families = new Families();
  if (segment === undefined) collectFindings(families, { model, environment, version }, findings);
  return { families: families.all(), strongest: Math.max(...findings.map(({ level }) => level ?? 0)) };
}

/** Signals of one version that have series of their own: those with the most evidence. */
const signalsPerVersion = 200;

function collectFindings(families: Families, labels: Labels, findings: readonly BriefFinding[]): void {
  const strongest = [...findings].sort((a, b) => (b.level ?? 0) - (a.level ?? 0)).slice(0, signalsPerVersion);
  for (const { kind, signal, level, stabilityIndex, statistics = {}, rows } of strongest) {
    const of = { ...labels, signal };
    families.gauge('plumbline_evidence_level', 'Evidence of change; 1 is the alarm level', of, level);
    const psi = stabilityIndex ?? null;
    families.gauge('plumbline_population_stability_index', 'Distance from the reference, for reading', of, psi);
    if (kind === 'performance' || kind === 'fairness') {
      collectStatistics(families, kind, of, statistics);
    }
    if (kind === 'prediction') {
      families.gauge('plumbline_window_rows', 'Rows in the latest closed window', labels, rows);
    }
  }
}

function collectStatistics(
  families: Families,
  kind: 'performance' | 'fairness',
  labels: Labels,
  statistics: Finding['statistics'],
): void {
  const what = `Of the latest closed window: ${kind} by statistic`;
  for (const [statistic, { value, low, high }] of Object.entries(statistics)) {
    const of = { ...labels, statistic };
    families.gauge(`plumbline_${kind}`, what, of, value);
    families.gauge(`plumbline_${kind}_low`, 'Lower end of its 95 % interval', of, low);
    families.gauge(`plumbline_${kind}_high`, 'Upper end of its 95 % interval', of, high);
  }
}
