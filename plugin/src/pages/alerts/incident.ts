import type { Alert, AlertChanges, AlertHistory } from '@plumbline/collector/api';
import { formatActor, formatSignal, formatWords } from '../../format/name';
import { formatInterval } from '../../format/number';
import { statisticFormat, statisticName } from '../../format/statistic';

/** Everything known about an alert, as people keep it after the incident. */
export interface Incident {
  readonly alert: Alert;
  readonly history: AlertHistory['items'];
  readonly changes: AlertChanges['items'];
  /** What its alarms were computed from; `plumbline certificate verify` computes them again. */
  readonly certificates: unknown;
  /** Milliseconds since 1970-01-01 UTC. */
  readonly exportedAt: number;
}

/** A record that a program reads: everything, as the collector gave it. */
export function incidentJson(incident: Incident): string {
  return `${JSON.stringify({ format: 'plumbline-incident', formatVersion: 1, ...incident }, null, 2)}\n`;
}

/** A record that people read: the beginning of a review. Times are UTC, because readers sit in many places. */
export function incidentMarkdown({ alert, history, changes, exportedAt }: Incident): string {
  const { model, version, environment, severity, state, firedAt, since, resolvedAt, sentence, findings } = alert;
  return [
    `# ${formatWords(alert.kind)} of ${plain(model)}, version ${plain(version)}`,
    '',
    `* Environment: ${plain(environment)}`,
    `* Severity: ${severity}`,
    `* State: ${formatWords(state).toLowerCase()}, since ${utc(firedAt ?? since)}${resolvedAt === null ? '' : `, resolved ${utc(resolvedAt)}`}`,
    `* Alert: ${alert.id}`,
    `* Exported: ${utc(exportedAt)}`,
    '',
    plain(sentence),
    '',
    '## Findings',
    '',
    ...bullets(
      findings.map(
        (finding) =>
          `${formatSignal(finding.signal)} (${utc(finding.from)} to ${utc(finding.to)}, ${finding.rows} rows): ${finding.sentence}${statisticsText(finding.statistics)}`,
      ),
    ),
    '',
    '## What changed around it',
    '',
    ...bullets(
      changes.map(({ at, kind, actor, text }) => `${utc(at)}, ${formatWords(kind)}, ${formatActor(actor)}: ${text}`),
    ),
    '',
    '## What happened',
    '',
    ...bullets(
      history
        .toSorted((left, right) => left.at - right.at)
        .map(
          ({ at, transition, actor, text }) => `${utc(at)}, ${formatWords(transition)}, ${formatActor(actor)}: ${text}`,
        ),
    ),
    '',
  ].join('\n');
}

function statisticsText(statistics: Alert['findings'][number]['statistics']): string {
  const known = Object.entries(statistics).filter(([, { value }]) => value !== null);
  return known.length === 0
    ? ''
    : ` ${known
        .map(([name, estimate]) => {
          const format = statisticFormat(name);
          const interval = estimate.low === null ? '' : ` (${formatInterval(estimate, format)})`;
          return `${statisticName(name)} ${format(estimate.value)}${interval}`;
        })
        .join('; ')}.`;
}

function bullets(lines: readonly string[]): string[] {
  return lines.length === 0 ? ['Nothing is known.'] : lines.map((line) => `* ${plain(line)}`);
}

/** Names and reasons are other people's text: a line of theirs must not become a heading or a picture of ours. */
function plain(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[\\`*_[\]<>#|!]/g, '\\$&');
}

function utc(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
