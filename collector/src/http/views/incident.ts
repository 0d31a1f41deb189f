import { type Alert, type AlertEvent, isHarm, isOpen, readAlertHistory, readAlertsOfModel } from '../../alert/index.ts';
import type { ModelSettings } from '../../config/index.ts';
import type { Finding } from '../../monitor/finding.ts';
import { readJobs, type StoredRetrainJob } from '../../retrain/index.ts';
import { type AuditRecord, readLatestAudit } from '../../store/audit.ts';
import { readNamer } from '../../store/people.ts';
import type { ReadTransaction } from '../../store/port.ts';
import { changesAround } from './alert-changes.ts';

const beforeMs = 24 * 3_600_000;
const longestText = 500;

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
  const { model, environment } = alert;
  const beside = (await readAlertsOfModel(transaction, alert)).map((stored) => stored.alert);
  const jobs = (await readJobs(transaction, { model })).filter(({ job }) => job.trigger.alert === alert.id);
  const firedAt = alert.firedWallAt ?? alert.changedAt;
  const targets = new Set([
    `model/${environment}/${model}`,
    `alert/${alert.id}`,
    ...jobs.map(({ job }) => `retrain/${job.id}`),
  ]);
  const audit = await readLatestAudit(
    transaction,
    ({ at, target }) => at >= firedAt - beforeMs && targets.has(target),
    500,
  );
  return markdownOf({
    alert,
    settings,
    beside,
    jobs,
    now,
    named: await readNamer(transaction),
    audit: audit.reverse(),
    history: (await readAlertHistory(transaction, alert.id, { limit: 500 })).reverse(),
    changes: (await changesAround(transaction, alert)).items,
  });
}

function markdownOf(incident: Incident): string {
  const { alert, settings, now, named } = incident;
  const ended = isOpen(alert) ? null : alert.changedAt;
  const fired = alert.firedWallAt;
  return [
    `# ${text(alert.model)}: ${text(alert.sentence)}`,
    table(
      ['', ''],
      [
        ['Alert', `${alert.kind.replaceAll('_', ' ')}, ${alert.severity}, ${alert.state.replaceAll('_', ' ')}`],
        ['Model', `${alert.model}, version ${alert.version}, ${alert.environment}`],
        ['Since', fired === null ? 'has not fired' : time(fired)],
        ['Until', ended === null ? 'open' : time(ended)],
        ['Lasted', fired === null ? '-' : lasted((ended ?? now) - fired)],
        ['Owner', settings?.owner ?? ''],
        ['Runbook', settings?.runbook ?? ''],
        ['Written', time(now)],
      ],
    ),
    section('Who was hurt', harmOf(incident)),
    section('Evidence', evidenceOf(alert.findings)),
    section(
      'What had changed',
      incident.changes.length === 0
        ? 'Nothing that is known of, in the day before.'
        : table(
            ['Minutes before', 'When', 'What', 'Who'],
            incident.changes.map((one) => [
              String(one.minutesBefore),
              time(one.at),
              `${one.kind}: ${one.text}`,
              named(one.actor),
            ]),
          ),
    ),
    section(
      'Timeline',
      table(
        ['When', 'What', 'State', 'Who', 'Text'],
        incident.history.map((one) => [
          time(one.at),
          one.transition.replaceAll('_', ' '),
          one.state?.replaceAll('_', ' ') ?? '-',
          named(one.actor),
          one.text,
        ]),
      ),
    ),
    section(
      'Retrains',
      incident.jobs.length === 0
        ? 'None were asked for.'
        : table(
            ['Job', 'State', 'Asked for by', 'Result', 'Did it help?'],
            incident.jobs.map(({ job }) => [
              job.id,
              job.state.replaceAll('_', ' '),
              named(job.requestedBy),
              job.result?.version ?? job.error ?? '-',
              job.outcome?.text ?? '-',
            ]),
          ),
    ),
    section(
      'Actions, as audited',
      table(
        ['Record', 'When', 'Who', 'What', 'Why', 'Hash'],
        incident.audit.map((one) => [
          String(one.sequence),
          time(one.at),
          named(one.actor),
          one.action,
          one.reason,
          one.hash,
        ]),
      ),
    ),
    'Each hash is of its record and of the hash before it: `plumbline audit verify` reads the whole log.',
    '',
  ].join('\n\n');
}

function harmOf({ alert, beside }: Incident): string {
  const harms = beside.filter((one) => isHarm(one) && (isOpen(one) || one.id === alert.id));
  const groups = beside
    .flatMap(({ findings }) => findings)
    .filter(({ kind, verdict }) => kind === 'fairness' && verdict === 'alarm')
    .map(({ signal, sentence }) => `${signal.replace('fairness:', '')}: ${sentence}`);
  const lines = [...harms.map(({ kind, sentence }) => `${kind}: ${sentence}`), ...groups];
  return lines.length === 0
    ? 'No sign that decisions were wrong or unfair.'
    : [...new Set(lines)].map((line) => `- ${text(line)}`).join('\n');
}

function evidenceOf(findings: readonly Finding[]): string {
  if (findings.length === 0) return 'None: nothing was compared.';
  return table(
    ['Signal', 'Rows', 'Evidence', 'Effect', 'Sentence'],
    findings.map(({ signal, rows, evidence, statistics, sentence }) => [
      signal,
      String(rows),
      evidence === null ? '-' : `${evidence.log.toFixed(2)} of ${evidence.alarmLog.toFixed(2)}`,
      effectOf(statistics),
      sentence,
    ]),
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

function section(title: string, body: string): string {
  return `## ${title}\n\n${body}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return 'Nothing.';
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map((row) => line(row.map(text)))].join('\n');
}

/**
 * Words that came from outside, as words: no markup, links, HTML, line breaks or characters that turn or hide text.
 * Addresses are shown and not linked.
 */
function text(words: string): string {
  return words
    .slice(0, longestText)
    .replace(/\s+/g, ' ')
    .replace(/[\p{Cc}\p{Cf}]/gu, '')
    .replace(/[\\`*_{}[\]<>()#+!|~&-]/g, (character) => `\\${character}`)
    .replace(/:\/\//g, ':\\/\\/');
}

function time(at: number): string {
  return new Date(at).toISOString().replace('T', ' ').slice(0, 19);
}

function lasted(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  return minutes < 120 ? `${minutes} minutes` : `${(minutes / 60).toFixed(1)} hours`;
}
