import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import { formatShare } from '../format/number';

export interface SplitPart {
  readonly name: string;
  /** In [0, 1]. The parts of a bar sum to 1. */
  readonly share: number;
  readonly color: string;
}

/** A whole, cut into named parts. */
export function SplitBar({ label, parts }: { readonly label: string; readonly parts: readonly SplitPart[] }) {
  const styles = useStyles2(getStyles);
  const shown = parts.filter(({ share }) => share > 0);
  return (
    <div>
      <div className={styles.label}>
        <span>{label}</span>
        <span className={styles.legend}>
          {shown.map(({ name, share, color }) => (
            <span key={name} className={styles.part}>
              <span className={styles.swatch} style={{ background: color }} />
              {`${name}: ${formatShare(share)}`}
            </span>
          ))}
        </span>
      </div>
      <div className={styles.bar} aria-hidden="true">
        {shown.map(({ name, share, color }) => (
          <div key={name} style={{ width: `${share * 100}%`, background: color }} />
        ))}
      </div>
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  label: css({ display: 'flex', flexWrap: 'wrap', justifyContent: 'space-between', gap: theme.spacing(0.5, 2) }),
  legend: css({ display: 'inline-flex', flexWrap: 'wrap', gap: theme.spacing(0.5, 2) }),
  part: css({
    display: 'inline-flex',
    alignItems: 'center',
    gap: theme.spacing(0.75),
    fontVariantNumeric: 'tabular-nums',
  }),
  swatch: css({ width: 14, height: 4, borderRadius: theme.shape.radius.pill }),
  bar: css({
    display: 'flex',
    gap: 2,
    height: theme.spacing(2),
    marginTop: theme.spacing(0.5),
    overflow: 'hidden',
    borderRadius: theme.shape.radius.default,
    background: theme.colors.background.secondary,
  }),
});
