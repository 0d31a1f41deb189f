import { useChartStyles } from './useChartStyles';

/** Series and their colours, below a chart. */
export function ChartLegend({
  items,
}: {
  readonly items: readonly { readonly color: string; readonly text: string }[];
}) {
  const styles = useChartStyles();
  return (
    <div className={styles.legend}>
      {items.map(({ color, text }) => (
        <span key={text} className={styles.legendItem}>
          <span className={styles.swatch} style={{ background: color }} />
          {text}
        </span>
      ))}
    </div>
  );
}
