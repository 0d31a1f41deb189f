import type { GrafanaTheme2 } from '@grafana/data';
import { useTheme2 } from '@grafana/ui';
import type { VersionList, VersionState } from '@plumbline/collector/api';
import { ChartLegend } from '../../../components/chart/ChartLegend';
import { CutText } from '../../../components/chart/CutText';
import { linearScale, niceTimes } from '../../../components/chart/scale';
import { useChartStyles } from '../../../components/chart/useChartStyles';
import { useWidth } from '../../../components/chart/useWidth';
import { Panel } from '../../../components/Panel';
import { formatWords } from '../../../format/name';
import { formatClock, formatRange, formatTime } from '../../../format/time';
import { t } from '../../../i18n';
import { versionSpans } from './versionSpans';

const rowHeight = 26;
const left = 96;
const mostVersions = 12;
const labelWidth = 90;
const labelSpacing = 130;
const dayMs = 86_400_000;

/** Which version was what, and when: the latest ones, each on its line. */
export function TimelinePanel({ list: { versions }, now }: { readonly list: VersionList; readonly now: number }) {
  const styles = useChartStyles();
  const theme = useTheme2();
  const [ref, width] = useWidth<HTMLDivElement>();
  const shown = versions.toSorted((a, b) => b.registeredAt - a.registeredAt).slice(0, mostVersions);
  const spans = versionSpans(shown, now);
  const from = Math.min(...spans.map((span) => span.from));
  const x = linearScale([from, Math.max(now, from + 1)], [left, Math.max(left + 1, width - 8)]);
  const height = shown.length * rowHeight + 24;
  const states = [...new Set(spans.map(({ state }) => state))];
  return (
    <Panel title={t('timeline.title', 'Timeline')}>
      <div ref={ref} className={styles.chart}>
        {width > 0 && (
          <svg
            role="img"
            aria-label={t('timeline.label', 'States of {{count}} versions over time', { count: shown.length })}
            width={width}
            height={height}
            style={{ display: 'block' }}
          >
            {niceTimes(from, now, (width - left) / labelSpacing).map((at) => (
              <g key={at}>
                <line className={styles.grid} x1={x(at)} x2={x(at)} y1={0} y2={height - 20} />
                <text
                  className={styles.axis}
                  x={x(at)}
                  y={height - 6}
                  textAnchor={x(at) > width - labelWidth ? 'end' : 'start'}
                >
                  {now - from > 2 * dayMs ? formatTime(at).slice(5, 16) : formatClock(at)}
                </text>
              </g>
            ))}
            {shown.map(({ version }, index) => (
              <text
                key={version}
                className={styles.name}
                x={4}
                y={(index + 0.5) * rowHeight}
                dominantBaseline="central"
              >
                <CutText text={version} width={left - 12} perCharacter={7.6} />
              </text>
            ))}
            {spans.map((span) => (
              <rect
                key={`${span.version} ${span.from} ${span.state}`}
                x={x(span.from)}
                y={shown.findIndex(({ version }) => version === span.version) * rowHeight + 5}
                width={Math.max(2, x(span.to) - x(span.from))}
                height={rowHeight - 10}
                rx={2}
                fill={colorOf(span.state, theme)}
              >
                <title>{`${span.version}: ${formatWords(span.state)}, ${formatRange(span.from, span.to)}`}</title>
              </rect>
            ))}
          </svg>
        )}
        <ChartLegend items={states.map((state) => ({ color: colorOf(state, theme), text: formatWords(state) }))} />
      </div>
    </Panel>
  );
}

function colorOf(state: VersionState, theme: GrafanaTheme2): string {
  const named = (name: string) => theme.visualization.getColorByName(name);
  switch (state) {
    case 'champion':
      return named('green');
    case 'canary':
      return named('blue');
    case 'shadow':
      return named('purple');
    case 'registered':
      return named('yellow');
    case 'evaluated':
      return named('light-blue');
    case 'rolled_back':
      return named('orange');
    case 'rejected':
    case 'quarantined':
      return named('red');
    default:
      return theme.colors.text.disabled;
  }
}
