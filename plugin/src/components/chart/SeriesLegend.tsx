import { colorManipulator } from '@grafana/data';
import { useTheme2 } from '@grafana/ui';
import type { EstimateBody } from '@plumbline/collector/api';
import { t } from '../../i18n';
import { ChartLegend } from './ChartLegend';
import type { SeriesPoint } from './SeriesChart';

interface SeriesLegendProps {
  readonly name: string;
  readonly points: readonly SeriesPoint[];
  readonly colors: { readonly observed: string; readonly expected: string };
  /** Whether a value lies beyond the axis. */
  readonly isBeyond: (value: number) => boolean;
}

/** What a chart over time shows, and only that. */
export function SeriesLegend({ name, points, colors, isBeyond }: SeriesLegendProps) {
  const theme = useTheme2();
  const observed = {
    color: colors.observed,
    text: points.some(({ final }) => final === false)
      ? t('series.legend', '{{name}}; hollow points may still change as outcomes arrive', { name })
      : name,
  };
  const band = { color: colorManipulator.alpha(colors.observed, 0.3), text: t('series.band', '95 % interval') };
  const expected = {
    color: colors.expected,
    isDashed: true,
    text: t('series.expected', 'Estimated before labels, with 95 % interval: assumes no concept drift'),
  };
  const beyond = {
    color: theme.colors.text.disabled,
    text: t('series.beyond', 'Cut off at the edge: windows of few rows'),
  };
  return (
    <ChartLegend
      items={[
        observed,
        ...(points.some(({ estimate }) => typeof estimate?.low === 'number') ? [band] : []),
        ...(points.some(({ expected }) => typeof expected?.value === 'number') ? [expected] : []),
        ...(points.some(({ estimate, expected }) => [...endsOf(estimate), ...endsOf(expected)].some(isBeyond))
          ? [beyond]
          : []),
      ]}
    />
  );
}

/** Value and interval, as far as they are known. */
function endsOf(estimate: EstimateBody | undefined): number[] {
  return [estimate?.low, estimate?.value, estimate?.high].filter((end) => typeof end === 'number');
}
