import { useTheme2 } from '@grafana/ui';
import type { Distribution } from '@plumbline/collector/api';
import { formatCount, formatShare, formatShortCount, formatStatistic } from '../../format/number';
import { formatRange } from '../../format/time';
import { axisLabels } from '../../format/unit';
import { t } from '../../i18n';
import { ChartLegend } from './ChartLegend';
import { ChartTooltip } from './ChartTooltip';
import { labelledIndices, linearScale, niceTicks } from './scale';
import { useChartStyles } from './useChartStyles';
import { useHoveredSlot } from './useHoveredSlot';
import { useWidth } from './useWidth';
import { ValueAxis } from './ValueAxis';

const usualHeight = 260;
const widestBar = 40;
/** What the name of a bin takes on the axis, and the number of its edge. */
const nameWidth = 90;
const edgeWidth = 64;
const margin = { top: 8, right: 8, bottom: 24, left: 48 };

interface DistributionChartProps {
  readonly distribution: Distribution;
  /** Of the bars with their axis, in pixels; the legend comes below. */
  readonly height?: number;
}

/** Where the rows of a signal fell: reference beside current, on the reference's own bins. */
export function DistributionChart({ distribution, height = usualHeight }: DistributionChartProps) {
  const styles = useChartStyles();
  const theme = useTheme2();
  const [ref, width] = useWidth<HTMLDivElement>();
  const { bins, referenceRows, currentRows } = distribution;
  const colors = { reference: theme.colors.text.disabled, current: theme.visualization.getColorByName('blue') };
  const ticks = niceTicks(0, Math.max(0.01, ...bins.flatMap((bin) => [bin.referenceShare, bin.currentShare])), 4);
  const bottom = height - margin.bottom;
  const y = linearScale([0, ticks.at(-1) ?? 1], [bottom, margin.top]);
  const slot = Math.max(1, (width - margin.left - margin.right) / bins.length);
  const left = (index: number) => margin.left + index * slot;
  const { hovered, pointer } = useHoveredSlot({ left: margin.left, slot, count: bins.length });
  const hoveredBin = hovered === null ? undefined : bins[hovered];

  return (
    <div ref={ref} className={styles.chart}>
      {width > 0 && (
        <svg
          role="img"
          aria-label={t(
            'distribution.label',
            'Share of rows by bin: reference of {{reference}} rows, current {{current}} rows',
            {
              reference: formatCount(referenceRows),
              current: formatCount(currentRows),
            },
          )}
          width={width}
          height={height}
          {...pointer}
        >
          <ValueAxis
            ticks={ticks}
            labels={axisLabels(ticks, 'share')}
            y={y}
            left={margin.left}
            right={width - margin.right}
          />
          {hovered !== null && (
            <rect className={styles.hover} x={left(hovered)} y={margin.top} width={slot} height={bottom - margin.top} />
          )}
          {bins.map((bin, index) => (
            <Bars key={bin.label} bin={bin} left={left(index)} slot={slot} y={y} bottom={bottom} colors={colors} />
          ))}
          <BinNames distribution={distribution} width={width - margin.left} left={left} slot={slot} height={height} />
        </svg>
      )}
      {hovered !== null && hoveredBin && (
        <ChartTooltip x={left(hovered) + slot / 2} width={width}>
          <strong>{hoveredBin.label}</strong>
          <div>
            {t('distribution.reference-share', 'Reference {{share}}', {
              share: formatShare(hoveredBin.referenceShare),
            })}
          </div>
          <div>
            {t('distribution.current-share', 'Current {{share}}', { share: formatShare(hoveredBin.currentShare) })}
          </div>
        </ChartTooltip>
      )}
      <ChartLegend
        items={[
          {
            color: colors.reference,
            text: t('distribution.reference', 'Reference, n {{n}}', { n: formatCount(referenceRows) }),
          },
          {
            color: colors.current,
            text: t('distribution.current', 'Current, n {{n}}, {{range}}', {
              n: formatCount(currentRows),
              range: formatRange(distribution.from, distribution.to),
            }),
          },
        ]}
      />
    </div>
  );
}

type Bin = Distribution['bins'][number];

interface BarsProps {
  readonly bin: Bin;
  readonly left: number;
  readonly slot: number;
  readonly y: (share: number) => number;
  readonly bottom: number;
  readonly colors: { readonly reference: string; readonly current: string };
}

/** Both shares of a bin, in the middle of its slot. */
function Bars({ bin, left, slot, y, bottom, colors }: BarsProps) {
  const width = Math.min(widestBar, Math.max(1, slot * 0.4));
  const middle = left + slot / 2;
  const bar = (x: number, share: number, color: string) => (
    <rect fill={color} x={x} y={y(share)} width={width} height={bottom - y(share)} />
  );
  return (
    <g>
      {bar(middle - width, bin.referenceShare, colors.reference)}
      {bar(middle, bin.currentShare, colors.current)}
    </g>
  );
}

interface BinNamesProps {
  readonly distribution: Distribution;
  readonly left: (index: number) => number;
  readonly slot: number;
  readonly width: number;
  readonly height: number;
}

/** Names below bins of categories, and of numbers where there is room; else the edges at which bins begin. */
function BinNames({ distribution: { bins, type }, left, slot, width, height }: BinNamesProps) {
  const styles = useChartStyles();
  const isNamed = type === 'category' || slot >= nameWidth;
  return labelledIndices(bins.length, width / (isNamed ? nameWidth : edgeWidth)).map((index) => (
    <text
      key={index}
      className={styles.axis}
      x={isNamed || bins[index]?.low == null ? left(index) + slot / 2 : left(index)}
      y={height - 6}
      textAnchor="middle"
    >
      {isNamed ? cut(bins[index]?.label ?? '') : edgeLabel(bins[index])}
    </text>
  ));
}

function cut(name: string): string {
  return name.length > 14 ? `${name.slice(0, 13)}…` : name;
}

/** Where the bin begins, the first one by where it ends. */
function edgeLabel(bin: Bin | undefined): string {
  if (bin === undefined) {
    return '';
  }
  const short = (value: number) => (Math.abs(value) >= 1_000 ? formatShortCount(value) : formatStatistic(value));
  if (bin.low !== null) {
    // A reference with a mass at zero has a bin that begins right above it.
    return bin.low > 0 && bin.low < 1e-300 ? '> 0' : short(bin.low);
  }
  if (bin.high !== null) {
    return `< ${short(bin.high)}`;
  }
  return cut(bin.label);
}
