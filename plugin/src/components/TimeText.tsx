import { css } from '@emotion/css';
import { Text, useStyles2 } from '@grafana/ui';
import { formatTime } from '../format/time';

/** A moment, on one line. */
export function TimeText({ at }: { readonly at: number }) {
  const styles = useStyles2(getStyles);
  return (
    <time className={styles.time} dateTime={new Date(at).toISOString()}>
      <Text>{formatTime(at)}</Text>
    </time>
  );
}

const getStyles = () => ({ time: css({ whiteSpace: 'nowrap', fontVariantNumeric: 'tabular-nums' }) });
