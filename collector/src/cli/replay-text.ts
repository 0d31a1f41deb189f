import type { EstimateBody } from '../http/api.ts';
import type { Finding } from '../monitor/finding.ts';
import { countText } from '../monitor/sentences/text.ts';
import type { ReplayDocument, ReplayWindow } from './replay-document.ts';
import { barRow, type Paint, printable, table } from './terminal.ts';

/** What a replay found, for a terminal. */

/** Window by window: what is not as in the reference, strongest first; clear windows in a row as one line. */
export function windowsText(windows: readonly ReplayWindow[], place: (at: number) => string, paint: Paint): string {
  const lines: string[] = [];
  let clear: ReplayWindow[] = [];
  const flush = (): void => {
    const [first] = clear;
    const last = clear.at(-1);
    if (first === undefined || last === undefined) return;
    const what = clear.length === 1 ? 'clear' : `${countText(clear.length)} windows, all clear`;
    lines.push(paint.dim(`${place(first.from)} to ${place(last.to)}: ${what}`));
    clear = [];
  };
  for (const window of windows) {
    const notable = window.findings
      .filter(({ verdict }) => verdict === 'alarm' || verdict === 'watch')
      .sort((a, b) => levelOf(b) - levelOf(a));
    if (notable.length === 0) {
      clear.push(window);
      continue;
    }
    flush();
    lines.push(`${place(window.from)} to ${place(window.to)}: ${countText(window.rows)} rows`);
    for (const finding of notable) lines.push(`    ${markOf(finding, paint)} ${printable(finding.sentence)}`);
  }
  flush();
  return lines.join('\n');
}

/** The tables at the end. `width`: columns of the terminal. */
export function summaryText(document: ReplayDocument, width: number, paint: Paint): string {
  return [
    driftTable(document, width, paint),
    performanceTable(document, paint),
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
const shortestRow = 8;
/** PSI from here on is a full bar. */
const fullPsi = 0.5;

/** One line a signal, its windows from left to right as bars: how sure, and how much. */
function driftTable(document: ReplayDocument, width: number, paint: Paint): string {
  if (document.drift.length === 0) return '';
  const lines = document.drift.map((signal) => ({
    signal,
    name: printable(signal.signal.replace(/^feature:/, '')),
    peak: Math.max(0, ...signal.evidenceLevel.map((level) => level ?? 0)),
    alarms: alarmsOf(document, signal.signal),
  }));
  // What is not bars: the name, four columns of numbers, and two spaces between all of them.
  const others = Math.max(...lines.map(({ name }) => name.length)) + 4 * 6 + 6 * 2;
  const bars = Math.min(longestRow, document.windows.length, Math.max(shortestRow, Math.floor((width - others) / 2)));
  const rows = lines.map(({ signal, name, peak, alarms }) => {
    const tint = alarms > 0 ? paint.red : peak >= 0.5 ? paint.yellow : (text: string) => text;
    return [
      tint(name),
      tint(barRow(signal.evidenceLevel, 1, bars)),
      `${Math.round(peak * 100)} %`,
      alarms === 0 ? '' : countText(alarms),
      barRow(signal.populationStabilityIndex, fullPsi, bars),
      estimateText(signal.latest.statistics.populationStabilityIndex),
      estimateText(signal.latest.statistics.wassersteinNormalised),
    ];
  });
  const scale = `full: evidence at the alarm level, PSI ${fullPsi}; dots: reference`;
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
  return `${paint.bold('Drift')}  windows from left to right (${scale})\n${body}`;
}

function performanceTable({ performance }: ReplayDocument, paint: Paint): string {
  if (performance.labelledRows === 0) return '';
  const rows = Object.entries(performance.statistics).map(([name, estimate]) => [
    words(name),
    estimateText(estimate),
    intervalText(estimate),
    countText(estimate.n),
  ]);
  return `${paint.bold('Performance')}  over ${countText(performance.labelledRows)} labelled rows\n${table(
    [
      { title: 'statistic' },
      { title: 'value', align: 'right' },
      { title: '95 % interval' },
      { title: 'n', align: 'right' },
    ],
    rows,
  )}`;
}

/** What of the groups is in the table, by what the model does; the interval is that of `ratio`. */
interface FairnessColumns {
  readonly about: string;
  readonly statistics: Readonly<Record<string, string>>;
  readonly ratio: string;
}

const decisions: FairnessColumns = {
  about: 'favourable decisions by group',
  statistics: {
    selectionRate: 'favourable',
    statisticalParityDifference: 'difference',
    disparateImpactRatio: 'ratio',
    falsePositiveRate: 'false pos.',
    falseNegativeRate: 'false neg.',
  },
  ratio: 'disparateImpactRatio',
};
const errors: FairnessColumns = {
  about: 'errors by group',
  statistics: {
    meanAbsoluteError: 'mean abs. error',
    meanAbsoluteErrorDifference: 'difference',
    meanAbsoluteErrorRatio: 'ratio',
    meanError: 'mean error',
  },
  ratio: 'meanAbsoluteErrorRatio',
};
const rankings: FairnessColumns = {
  about: 'quality of rankings by group',
  statistics: {
    normalisedDiscountedGain: 'discounted gain',
    normalisedDiscountedGainDifference: 'difference',
    normalisedDiscountedGainRatio: 'ratio',
  },
  ratio: 'normalisedDiscountedGainRatio',
};

function fairnessTable({ fairness }: ReplayDocument, paint: Paint): string {
  const has = (statistic: string): boolean => fairness.some(({ statistics }) => statistic in statistics);
  const columns = [errors, rankings].find(({ ratio }) => has(ratio)) ?? decisions;
  if (fairness.length === 0) return '';
  const names = Object.keys(columns.statistics);
  const rows = fairness.map(({ attribute, group, reference, rows: count, statistics }) => {
    const ratio = statistics[columns.ratio];
    const isBroken = columns === decisions && typeof ratio?.high === 'number' && ratio.high < 0.8;
    const name = `${printable(attribute)}=${printable(group)}${group === reference ? ' (reference)' : ''}`;
    return [
      isBroken ? paint.red(name) : name,
      count === null ? 'hidden' : countText(count),
      ...names.map((statistic) => estimateText(statistics[statistic])),
      intervalText(ratio),
    ];
  });
  const isCovered = fairness.some(({ statistics }) =>
    Object.values(statistics).some(({ suppressed }) => suppressed === 'complementary'),
  );
  const note = isCovered ? '\ncomplementary: hidden because a smaller group could be told from it by subtraction' : '';
  return `${paint.bold('Fairness')}  ${columns.about}, against the reference group\n${table(
    [
      { title: 'group' },
      { title: 'rows', align: 'right' },
      ...Object.values(columns.statistics).map((title) => ({ title, align: 'right' as const })),
      { title: '95 % of ratio' },
    ],
    rows,
  )}${note}`;
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
    findings.some((one) => one.signal === signal && one.segment === undefined && one.verdict === 'alarm'),
  ).length;
}

function markOf(finding: Finding, paint: Paint): string {
  return finding.verdict === 'alarm' ? paint.red('ALARM') : paint.yellow('watch');
}

function levelOf(finding: Finding): number {
  return finding.evidence?.level ?? 0;
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
