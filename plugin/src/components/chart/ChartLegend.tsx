import { cx } from '@emotion/css';
import { useChartStyles } from './useChartStyles';

/** Series and their colours, below a chart. */
export function ChartLegend({
  items,
}: {
  readonly items: readonly { readonly color: string; readonly text: string; readonly isDashed?: boolean }[];
}) {
  const styles = useChartStyles();
  return (
    <div className={styles.legend}>
      {items.map(({ color, text, isDashed }) => (
        <span key={text} className={styles.legendItem}>
          <span className={cx(styles.swatch, isDashed && styles.dashed)} style={{ color }} />
          {text}
        </span>
      ))}
    </div>
  );
}
