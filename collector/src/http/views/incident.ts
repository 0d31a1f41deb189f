import {
  type Alert,
  type AlertEvent,
  isHarm,
  isOpen,
  keptEvents,
  readAlertHistory,
  readAlertsOfModel,
} from '../../alert/index.ts';
import type { ModelSettings } from '../../config/index.ts';
import type { Finding } from '../../monitor/finding.ts';
import type { StoredRetrainJob } from '../../retrain/index.ts';
import type { AuditRecord } from '../../store/audit.ts';
import { readNamer } from '../../store/people.ts';
import type { ReadTransaction } from '../../store/port.ts';
import { changesAround, readSurroundings } from './alert-changes.ts';
import { section, table, text } from './markdown.ts';

interface Incident {
  readonly alert: Alert;
  readonly settings: ModelSettings | undefined;
  readonly beside: readonly Alert[];
  readonly history: readonly AlertEvent[];
  readonly changes: Awaited<ReturnType<typeof changesAround>>['items'];
  readonly jobs: readonly StoredRetrainJob[];
  readonly audit: readonly AuditRecord[];
  /** Who somebody is, for a reader who knows no subjects. */
  readonly named: (subject: string) => string;
  readonly now: number;
}

/**
 * One alert as a document for whoever looks back at it: what, since when, who was hurt, the evidence, what happened and
 * who did it, each action with the hash of its audit record. Markdown in which nothing that came from outside is read as
 * Markdown.
 */
export async function incidentReport(
  transaction: ReadTransaction,
  alert: Alert,
  settings: ModelSettings | undefined,
  now: number,
): Promise<string> {
  const beside = (await readAlertsOfModel(transaction, alert)).map((stored) => stored.alert);
  const around = await readSurroundings(transaction, alert);
  const isOurs = ({ job }: StoredRetrainJob) => job.trigger.alert === alert.id;
  const others = new Set(around.jobs.filter((job) => !isOurs(job)).map(({ job }) => `retrain/${job.id}`));
  return markdownOf({
    alert,
    settings,
    beside,
    jobs: around.jobs.filter(isOurs),
    now,
    named: await readNamer(transaction),
    audit: around.audit.filter(({ target }) => !others.has(target)).reverse(),
    history: (await readAlertHistory(transaction, alert.id, { limit: keptEvents })).reverse(),
    changes: (await changesAround(transaction, alert, around)).items,
  });
}

function markdownOf(incident: Incident): string {
  const { alert } = incident;
  return [
    `# ${text(alert.model)}: ${text(alert.sentence)}`,
    summaryOf(incident),
    section('Who was hurt', harmOf(incident)),
    section('Evidence', evidenceOf(alert.findings)),
    section('What had changed', changesOf(incident)),
    section('Timeline', timelineOf(incident)),
    section('Retrains', retrainsOf(incident)),
    section('Actions, as audited', actionsOf(incident)),
    'Each hash is of its record and of the hash before it: `plumbline audit verify` reads the whole log.',
    '',
  ].join('\n\n');
}

function summaryOf({ alert, settings, now }: Incident): string {
  const { kind, severity, state, firedWallAt: firedAt } = alert;
  const endedAt = endOf(alert);
  return table(
    ['', ''],
    [
      ['Alert', [kind, severity, state].map(spaced).join(', ')],
      ['Model', `${alert.model}, version ${alert.version}, ${alert.environment}`],
      ['Since', firedAt === null ? 'has not fired' : time(firedAt)],
      ['Until', isOpen(alert) ? 'open' : time(endedAt)],
      ['Lasted', firedAt === null ? '-' : lasted(Math.min(endedAt, now) - firedAt)],
      ['Owner', settings?.owner ?? ''],
      ['Runbook', settings?.runbook ?? ''],
      ['Written', time(now)],
    ],
  );
}

/** Wrong and unfair decisions while the alert was open, also those that are over by now. */
function harmOf({ alert, beside }: Incident): string {
  const harms = beside.filter((one) => isHarm(one) && (one.id === alert.id || wereOpenTogether(one, alert)));
  const groups = harms
    .flatMap(({ findings }) => findings)
    .filter(({ kind, verdict }) => kind === 'fairness' && verdict === 'alarm')
    .map(({ signal, sentence }) => `${signal.replace('fairness:', '')}: ${sentence}`);
  const lines = [...harms.map(({ kind, sentence }) => `${kind}: ${sentence}`), ...groups];
  return lines.length === 0
    ? 'No sign that decisions were wrong or unfair.'
    : [...new Set(lines)].map((line) => `- ${text(line)}`).join('\n');
}

function wereOpenTogether(a: Alert, b: Alert): boolean {
  if (a.firedWallAt === null || b.firedWallAt === null) return false;
  return a.firedWallAt <= endOf(b) && b.firedWallAt <= endOf(a);
}

const endOf = (alert: Alert) => (isOpen(alert) ? Number.POSITIVE_INFINITY : alert.changedAt);

function evidenceOf(findings: readonly Finding[]): string {
  return table(
    ['Signal', 'Rows', 'Evidence', 'Effect', 'Sentence'],
    findings.map(({ signal, rows, evidence, statistics, sentence }) => [
      signal,
      String(rows),
      evidence === null ? '-' : `${evidence.log.toFixed(2)} of ${evidence.alarmLog.toFixed(2)}`,
      effectOf(statistics),
      sentence,
    ]),
    { empty: 'None: nothing was compared.' },
  );
}

/** The first statistic that has a value, with its interval. */
function effectOf(statistics: Finding['statistics']): string {
  const found = Object.entries(statistics).find(([, { value }]) => value !== null);
  if (found === undefined) return '-';
  const [name, { value, low, high, n }] = found;
  const range = low === null || high === null ? '' : ` (${low.toPrecision(3)} to ${high.toPrecision(3)})`;
  return `${name} ${value?.toPrecision(3)}${range}, n ${n}`;
}

function changesOf({ changes, named }: Incident): string {
  return table(
    ['Minutes before', 'When', 'What', 'Who'],
    changes.map(({ minutesBefore, at, kind, text: what, actor }) => [
      String(minutesBefore),
      time(at),
      `${kind}: ${what}`,
      named(actor),
    ]),
    { empty: 'Nothing that is known of, in the day before.' },
  );
}

function timelineOf({ history, named }: Incident): string {
  const events = table(
    ['When', 'What', 'State', 'Who', 'Text'],
    history.map(({ at, transition, state, actor, text: what }) => [
      time(at),
      spaced(transition),
      spaced(state ?? '-'),
      named(actor),
      what,
    ]),
  );
  const happened = history.at(-1)?.sequence ?? 0;
  return happened === history.length
    ? events
    : `The latest ${history.length} of ${happened}: no more are kept. What somebody did before is among the actions.\n\n${events}`;
}

function retrainsOf({ jobs, named }: Incident): string {
  return table(
    ['Job', 'State', 'Asked for by', 'Result', 'Did it help?'],
    jobs.map(({ job: { id, state, requestedBy, result, error, outcome } }) => [
      id,
      spaced(state),
      named(requestedBy),
      result?.version ?? error ?? '-',
      outcome?.text ?? '-',
    ]),
    { empty: 'None were asked for.' },
  );
}

function actionsOf({ audit, named }: Incident): string {
  return table(
    ['Record', 'When', 'Who', 'What', 'Why', 'Hash'],
    audit.map(({ sequence, at, actor, action, reason, hash }) => [
      String(sequence),
      time(at),
      named(actor),
      action,
      reason,
      hash,
    ]),
  );
}

const spaced = (name: string) => name.replaceAll('_', ' ');

function time(at: number): string {
  return new Date(at).toISOString().replace('T', ' ').slice(0, 19);
}

function lasted(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  return minutes < 120 ? `${minutes} minutes` : `${(minutes / 60).toFixed(1)} hours`;
}
