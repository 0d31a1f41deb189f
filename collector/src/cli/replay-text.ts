import type { EstimateBody } from '../http/api.ts';
import type { Finding } from '../monitor/finding.ts';
import { countText, numberText } from '../monitor/text.ts';
import type { ReplayDocument, ReplayWindow } from './replay-document.ts';
import { barRow, type Paint, printable, table } from './terminal.ts';

/** What a replay found, for a terminal. */

/** One window: what is not as in the reference, strongest first. Nothing when all is clear. */
export function windowText(window: ReplayWindow, place: (at: number) => string, paint: Paint): string {
  const notable = window.findings
    .filter(({ verdict }) => verdict === 'alarm' || verdict === 'watch')
    .sort((a, b) => levelOf(b) - levelOf(a));
  const head = `${place(window.from)} to ${place(window.to)}  ${countText(window.rows)} rows`;
  const lines = notable.map((finding) => `    ${markOf(finding, paint)} ${printable(finding.sentence)}`);
  return [paint.dim(head), ...lines].join('\n');
}

/** The tables at the end. `width`: columns of the terminal. */
export function summaryText(document: ReplayDocument, width: number, paint: Paint): string {
  return [
    driftTable(document, width, paint),
    performanceTable(document),
    fairnessTable(document, paint),
    alertList(document, paint),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** Where a window begins or ends: a row, or a time as short as it can be said. */
export function placeText(unit: ReplayDocument['unit']): (at: number) => string {
  if (unit === 'rows') return (at) => `row ${countText(at)}`;
  return (at) =>
    new Date(at)
      .toISOString()
      .replace('T', ' ')
      .replace(/(:00)?\.000Z$/, '')
      .replace(/ 00:00$/, '');
}

const longestRow = 60;

/** One line a signal, its windows from left to right as bars: how sure, and how much. */
function driftTable(document: ReplayDocument, width: number, paint: Paint): string {
  if (document.drift.length === 0) return '';
  const bars = Math.max(8, Math.min(longestRow, document.windows.length, Math.floor((width - 58) / 2)));
  const psiFull = Math.max(0.25, ...document.drift.flatMap((signal) => signal.populationStabilityIndex.map(orZero)));
  const rows = document.drift.map((signal) => {
    const peak = Math.max(0, ...signal.evidenceLevel.map(orZero));
    const alarms = alarmsOf(document, signal.signal);
    const name = printable(signal.signal.replace(/^feature:/, ''));
    const evidence = barRow(signal.evidenceLevel, 1, bars);
    return [
      alarms > 0 ? paint.red(name) : peak >= 0.5 ? paint.yellow(name) : name,
      alarms > 0 ? paint.red(evidence) : evidence,
      `${Math.round(peak * 100)} %`,
      alarms === 0 ? '' : countText(alarms),
      barRow(signal.populationStabilityIndex, psiFull, bars),
      estimateText(signal.latest.statistics.populationStabilityIndex),
      estimateText(signal.latest.statistics.wassersteinNormalised),
    ];
  });
  const title = `${paint.bold('Drift')}  each bar a window; evidence: full is the alarm level; PSI: full is ${numberText(psiFull)}`;
  const body = table(
    [
      { title: 'signal' },
      { title: 'evidence' },
      { title: 'peak', align: 'right' },
      { title: 'alarms', align: 'right' },
      { title: 'PSI' },
      { title: 'last', align: 'right' },
      { title: 'W1', align: 'right' },
    ],
    rows,
  );
  return `${title}\n${body}`;
}

function performanceTable({ performance }: ReplayDocument): string {
  if (performance.labelledRows === 0) return '';
  const rows = Object.entries(performance.statistics).map(([name, estimate]) => [
    words(name),
    estimateText(estimate),
    intervalText(estimate),
    countText(estimate.n),
  ]);
  return `Performance over ${countText(performance.labelledRows)} labelled rows\n${table(
    [
      { title: 'statistic' },
      { title: 'value', align: 'right' },
      { title: '95 % interval' },
      { title: 'n', align: 'right' },
    ],
    rows,
  )}`;
}

const shownRates = [
  'selectionRate',
  'statisticalParityDifference',
  'disparateImpactRatio',
  'falsePositiveRate',
  'falseNegativeRate',
];

function fairnessTable({ fairness }: ReplayDocument, paint: Paint): string {
  if (fairness.length === 0) return '';
  const rows = fairness.map(({ attribute, group, reference, rows: count, statistics }) => {
    const ratio = statistics.disparateImpactRatio;
    const isBroken = typeof ratio?.high === 'number' && ratio.high < 0.8;
    const name = `${printable(attribute)}=${printable(group)}${group === reference ? ' (reference)' : ''}`;
    return [
      isBroken ? paint.red(name) : name,
      countText(count),
      ...shownRates.map((rate) => estimateText(statistics[rate])),
      intervalText(ratio),
    ];
  });
  const titles = ['favourable', 'difference', 'ratio', 'false pos.', 'false neg.'];
  return `${paint.bold('Fairness')}  favourable decisions by group, against the reference group\n${table(
    [
      { title: 'group' },
      { title: 'rows', align: 'right' },
      ...titles.map((title) => ({ title, align: 'right' as const })),
      { title: '95 % of ratio' },
    ],
    rows,
  )}`;
}

function alertList(document: ReplayDocument, paint: Paint): string {
  const place = placeText(document.unit);
  if (document.alerts.length === 0) return paint.green('No alarm in any window.');
  const lines = document.alerts.map(({ kind, firedAt, resolvedAt, sentence, signals }) => {
    const until = resolvedAt === null ? 'still open' : `until ${place(resolvedAt)}`;
    const more = signals.length > 1 ? `\n    ${signals.map((signal) => printable(signal)).join(', ')}` : '';
    return `  ${paint.red(words(kind))}  from ${place(firedAt)}, ${until}: ${printable(sentence)}${more}`;
  });
  return [paint.bold('Alerts'), ...lines].join('\n');
}

function alarmsOf(document: ReplayDocument, signal: string): number {
  return document.windows.filter(({ findings }) =>
    findings.some((finding) => finding.signal === signal && finding.verdict === 'alarm'),
  ).length;
}

function markOf(finding: Finding, paint: Paint): string {
  return finding.verdict === 'alarm' ? paint.red('ALARM') : paint.yellow('watch');
}

function levelOf(finding: Finding): number {
  return finding.evidence?.level ?? 0;
}

function orZero(value: number | null): number {
  return value ?? 0;
}

function estimateText(estimate: EstimateBody | undefined): string {
  if (estimate === undefined) return '';
  return estimate.value === null ? (estimate.suppressed ?? '-') : estimate.value.toFixed(3);
}

function intervalText(estimate: EstimateBody | undefined): string {
  if (estimate === undefined || estimate.low === null || estimate.high === null) return '';
  return `${estimate.low.toFixed(3)} to ${estimate.high.toFixed(3)}`;
}

/** `falsePositiveRate` -> `false positive rate`. */
function words(name: string): string {
  return name.replaceAll('_', ' ').replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
