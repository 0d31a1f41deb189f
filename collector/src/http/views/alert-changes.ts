import type { z } from 'zod';
import type { Alert } from '../../alert/index.ts';
import { readJobs, type StoredRetrainJob } from '../../retrain/index.ts';
import { type AuditRecord, readAuditSince } from '../../store/audit.ts';
import { readFindings } from '../../store/history.ts';
import type { ReadTransaction } from '../../store/port.ts';
import type { change } from '../api.ts';

type Change = z.input<typeof change>;

const beforeMs = 24 * 3_600_000;
const shownChanges = 50;

/** What an audited action is, to somebody who asks what changed; anything else is no change around the model. */
const kinds: readonly (readonly [prefix: string, kind: Change['kind']])[] = [
  ['version.', 'version'],
  ['rollout.', 'rollout'],
  ['config.', 'config'],
  ['reference.', 'reference'],
  ['sdk.', 'sdk'],
  ['annotation.', 'annotation'],
  ['retrain.', 'retrain'],
];

/** What is on record around an alert. */
export interface AlertSurroundings {
  readonly firedAt: number;
  /** Of the model, whatever asked for them. */
  readonly jobs: readonly StoredRetrainJob[];
  /** What was done to the alert, its model and these jobs in the day before it fired, and since; newest first. */
  readonly audit: readonly AuditRecord[];
}

export async function readSurroundings(transaction: ReadTransaction, alert: Alert): Promise<AlertSurroundings> {
  const firedAt = alert.firedWallAt ?? alert.changedAt;
  const { id, model, environment } = alert;
  const jobs = await readJobs(transaction, { model });
  const targets = new Set([
    `model/${environment}/${model}`,
    `alert/${id}`,
    ...jobs.map(({ job }) => `retrain/${job.id}`),
  ]);
  const audit = await readAuditSince(transaction, firedAt - beforeMs, ({ target }) => targets.has(target));
  return { firedAt, jobs, audit };
}

/** What changed in the day before an alert fired, and since: the nearest first. */
export async function changesAround(
  transaction: ReadTransaction,
  alert: Alert,
  { firedAt, audit }: AlertSurroundings,
): Promise<{ firedAt: number; items: Change[] }> {
  const audited = audit.flatMap(({ at, action, actor, reason }): Change[] => {
    const kind = kindOf(action);
    if (kind === null) return [];
    const text = `${action.replaceAll(/[._]/g, ' ')}: ${reason}`;
    return [{ at, actor, kind, text, minutesBefore: minutesBetween(at, firedAt) }];
  });
  const items = [...audited, ...(await schemaChanges(transaction, alert, firedAt))];
  return {
    firedAt,
    items: items.sort((a, b) => Math.abs(a.minutesBefore) - Math.abs(b.minutesBefore)).slice(0, shownChanges),
  };
}

/** Features that came, went or changed their type: the windows in which the sentence about it became another one. */
async function schemaChanges(transaction: ReadTransaction, alert: Alert, firedAt: number): Promise<Change[]> {
  const firedEventTime = alert.firedAt ?? alert.since;
  const { model, environment, version } = alert;
  const windows = await readFindings(transaction, { model, environment, version, from: firedEventTime - beforeMs });
  const changes: Change[] = [];
  let last = '';
  for (const { to, findings } of windows) {
    const schema = findings.find(({ signal }) => signal === 'data_quality:schema');
    const text = schema === undefined || schema.verdict === 'clear' ? '' : schema.sentence;
    if (text !== '' && text !== last) {
      // Windows have event time: as far from the alert's window as the change is from its firing.
      const at = firedAt - (firedEventTime - to);
      changes.push({ at, kind: 'schema', actor: 'data', text, minutesBefore: minutesBetween(at, firedAt) });
    }
    last = text;
  }
  return changes;
}

function kindOf(action: string): Change['kind'] | null {
  return kinds.find(([prefix]) => action.startsWith(prefix))?.[1] ?? null;
}

function minutesBetween(at: number, firedAt: number): number {
  return Math.round((firedAt - at) / 6_000) / 10;
}
