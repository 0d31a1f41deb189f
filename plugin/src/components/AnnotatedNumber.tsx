import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Text, useStyles2 } from '@grafana/ui';

interface AnnotatedNumberProps {
  readonly number: string;
  /** What it takes to read it: interval and n, or what chance makes of it. */
  readonly note: string;
}

/** A number and its note, each in one piece: side by side, or below each other where there is no room. */
export function AnnotatedNumber({ number, note }: AnnotatedNumberProps) {
  const styles = useStyles2(getStyles);
  return (
    <div className={styles.row}>
      <Text tabular>{number}</Text>
      <Text color="secondary" variant="bodySmall" tabular>
        {note}
      </Text>
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  row: css({
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'baseline',
    columnGap: theme.spacing(1),
    whiteSpace: 'nowrap',
  }),
});
