/** Writes metrics in the Prometheus text exposition format 0.0.4. */

export interface Sample {
  /** What of a histogram it is: `_bucket`, `_sum` or `_count`. */
  readonly suffix?: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Not finite values are left out: a graph shows a gap, which is the truth. */
  readonly value: number | null;
}

export interface MetricFamily {
  /** `plumbline_...`, with the unit and `_total` for counters, as Prometheus names things. */
  readonly name: string;
  readonly help: string;
  readonly type: 'gauge' | 'counter' | 'histogram';
  readonly samples: readonly Sample[];
}

/** Series of one family: beyond it the rest are left out, counted by `plumbline_series_left_out`. */
export const maximumSeries = 2_000;
const maximumLabelLength = 128;

export const prometheusContentType = 'text/plain; version=0.0.4; charset=utf-8';

export function prometheusText(families: readonly MetricFamily[]): string {
  let leftOut = 0;
  const lines = families.flatMap((family) => {
    const samples = family.samples.filter(({ value }) => value !== null && Number.isFinite(value));
    leftOut += Math.max(0, samples.length - maximumSeries);
    return familyLines({ ...family, samples: samples.slice(0, maximumSeries) });
  });
  const note: MetricFamily = {
    name: 'plumbline_series_left_out',
    help: 'Series over the limit of their metric family',
    type: 'gauge',
    samples: [{ labels: {}, value: leftOut }],
  };
  return `${[...lines, ...familyLines(note)].join('\n')}\n`;
}

function familyLines({ name, help, type, samples }: MetricFamily): string[] {
  return [
    `# HELP ${name} ${help.replace(/\\/g, '\\\\').replace(/\n/g, '\\n')}`,
    `# TYPE ${name} ${type}`,
    ...samples.map(({ suffix = '', labels, value }) => `${name}${suffix}${labelText(labels)} ${value}`),
  ];
}

/** Many samples have the same labels, and are asked for again with every scrape. */
const labelTexts = new WeakMap<Sample['labels'], string>();

function labelText(labels: Sample['labels']): string {
  const known = labelTexts.get(labels);
  if (known !== undefined) return known;
  const parts = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`);
  const text = parts.length === 0 ? '' : `{${parts.join(',')}}`;
  labelTexts.set(labels, text);
  return text;
}

function escapeLabel(value: string): string {
  return value
    .slice(0, maximumLabelLength)
    .toWellFormed()
    .replace(/\\/g, '\\\\')
    .replace(/"/g, '\\"')
    .replace(/\n/g, '\\n');
}
