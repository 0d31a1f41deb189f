import { colorManipulator } from '@grafana/data';
import { useTheme2 } from '@grafana/ui';

interface SparklineProps {
  readonly label: string;
  readonly values: readonly number[];
}

const size = { width: 96, height: 24 };

/** A row's traffic at a glance. Plain SVG, because a fleet may have a thousand of them. */
export function Sparkline({ label, values }: SparklineProps) {
  const theme = useTheme2();
  const top = Math.max(1, ...values);
  const step = size.width / Math.max(1, values.length - 1);
  const points = values.map((value, index) => `${index * step},${size.height - 1 - (value / top) * (size.height - 2)}`);
  const color = theme.visualization.getColorByName('blue');
  return (
    <svg role="img" aria-label={label} width={size.width} height={size.height} style={{ display: 'block' }}>
      {values.length > 1 && (
        <>
          <polygon
            points={`0,${size.height} ${points.join(' ')} ${size.width},${size.height}`}
            fill={colorManipulator.alpha(color, 0.15)}
          />
          <polyline points={points.join(' ')} fill="none" stroke={color} strokeWidth={1.5} />
        </>
      )}
    </svg>
  );
}
