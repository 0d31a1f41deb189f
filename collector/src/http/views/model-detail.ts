import { readAlertsOfModel } from '../../alert/index.ts';
import type { ModelSettings } from '../../config/index.ts';
import { declaredSegmentsOf } from '../../config/segments.ts';
import type { Finding } from '../../monitor/finding.ts';
import { countStreams } from '../../monitor/index.ts';
import { readJobs } from '../../retrain/index.ts';
import { readLatestAudit } from '../../store/audit.ts';
import {
  listVersionsSeen,
  readLatestVerdicts,
  readReference,
  readReferenceIds,
  readStreamCount,
  readWindowRows,
  type VersionKey,
  versionKey,
} from '../../store/history.ts';
import { compositeKey, type ReadTransaction } from '../../store/port.ts';
import type { ModelDetail } from '../api.ts';
import type { Services } from '../ports.ts';
import { healthOf } from './health.ts';
import { latestFindings, summariseModel } from './model-summary.ts';

const shownConcerns = 50;
const shownChanges = 30;

/** A model with what is wrong with it, what changed lately, and what its alarms are worth. */
export async function describeModel(
  services: Pick<Services, 'rollout' | 'settings'>,
  transaction: ReadTransaction,
  settings: ModelSettings,
): Promise<ModelDetail> {
  const { name: model, environment } = settings;
  const { summary, champion } = await summariseModel(services, transaction, settings);
  const key = champion.version === null ? null : { model, environment, version: champion.version };
  const reference = key === null ? undefined : await readReference(transaction, key);
  const segments = key === null ? [] : await readSegments(transaction, settings, key);
  const findings = [
    ...(key === null ? [] : await latestFindings(transaction, key)),
    ...segments.flatMap(({ findings: own }) => own),
  ];
  const { budget } = services.settings;
  return {
    ...summary,
    runbook: settings.runbook,
    windowMs: settings.window,
    budget: {
      mode: budget.mode,
      hours: budget.mode === 'calendar' ? budget.hours : null,
      alpha: budget.mode === 'lifetime' ? budget.alpha : null,
      streams: (await readStreamCount(transaction)) ?? (await countAllStreams(services.settings.models, transaction)),
    },
    reference:
      reference === undefined
        ? null
        : { id: reference.id, rows: reference.rows, from: reference.from, to: reference.to },
    signals: (reference?.shape.signals ?? []).map(({ signal, kind, type }) => ({ signal, kind, type })),
    segments: segments.map(({ findings: _, ...segment }) => segment),
    concerns: findings.filter(isConcern).sort(worstFirst).slice(0, shownConcerns).map(toBody),
    timeline: await timelineOf(transaction, settings),
  };
}

/** Segments of a version with what was found in their latest window. */
async function readSegments(transaction: ReadTransaction, settings: ModelSettings, whole: VersionKey) {
  const segments = [];
  for (const declared of declaredSegmentsOf(settings)) {
    const key = { ...whole, segment: declared.segment };
    const latest = await readLatestVerdicts(transaction, key);
    const [window] = latest === undefined ? [] : await readWindowRows(transaction, { ...key, ...latest });
    const health = healthOf(latest?.verdicts ?? [], []);
    const isWell = health.overall === 'ok' || health.overall === 'no_data';
    segments.push({
      ...declared,
      rows: window === undefined ? 0 : window.champion + window.canary + window.shadow,
      health,
      findings: isWell ? [] : await latestFindings(transaction, key),
    });
  }
  return segments;
}

/**
 * Everything that shares the budget: each version of each model that has a reference. A reference never changes under its
 * id, so each is read once, and from then on only its id.
 */
async function countAllStreams(models: readonly ModelSettings[], transaction: ReadTransaction): Promise<number> {
  const ids = await readReferenceIds(transaction);
  const settingsOf = new Map(models.map((settings) => [compositeKey(settings.environment, settings.name), settings]));
  let total = 0;
  for (const seen of await listVersionsSeen(transaction)) {
    const settings = settingsOf.get(compositeKey(seen.environment, seen.model));
    const id = ids.get(versionKey(seen));
    if (settings === undefined || id === undefined) continue;
    const counts = countsOf(settings);
    const known = counts.get(id);
    if (known !== undefined) {
      total += known;
      continue;
    }
    const reference = await readReference(transaction, seen);
    if (reference === undefined) continue;
    const count = countStreams([{ settings, reference }]).total;
    counts.set(id, count);
    total += count;
  }
  return total;
}

/** Streams by reference id. Settings are read once, when the collector starts. */
const streamCounts = new WeakMap<ModelSettings, Map<string, number>>();

function countsOf(settings: ModelSettings): Map<string, number> {
  const known = streamCounts.get(settings) ?? new Map<string, number>();
  streamCounts.set(settings, known);
  return known;
}

function isConcern({ verdict }: Finding): boolean {
  return verdict === 'alarm' || verdict === 'watch';
}

function worstFirst(a: Finding, b: Finding): number {
  return (b.evidence?.level ?? 0) - (a.evidence?.level ?? 0);
}

function toBody(finding: Finding) {
  return { ...finding, statistics: { ...finding.statistics } };
}

/** What people and the collector did about this model, from the audit log; newest first. */
async function timelineOf(
  transaction: ReadTransaction,
  { name: model, environment }: ModelSettings,
): Promise<ModelDetail['timeline']> {
  const alerts = await readAlertsOfModel(transaction, { model, environment });
  const jobs = await readJobs(transaction, { model });
  const targets = new Set([
    `model/${environment}/${model}`,
    ...alerts.map(({ alert }) => `alert/${alert.id}`),
    ...jobs.map(({ job }) => `retrain/${job.id}`),
  ]);
  const records = await readLatestAudit(transaction, ({ target }) => targets.has(target), shownChanges);
  return records.map(({ at, action, actor, reason }) => ({ at, kind: action, actor, text: reason }));
}
