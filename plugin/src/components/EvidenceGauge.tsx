import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Text, Tooltip, useStyles2, useTheme2 } from '@grafana/ui';
import type { FindingBody } from '@plumbline/collector/api';
import { formatLevel } from '../format/number';
import { t } from '../i18n';
import { evidenceColor } from './evidenceColor';

/** The gauge's right end, in alarm levels. What is beyond is drawn at the end and told in the number. */
const shownLevels = 1.5;

/** Accumulated evidence of one signal against the level at which it alarms. */
export function EvidenceGauge({ evidence }: { readonly evidence: FindingBody['evidence'] }) {
  const styles = useStyles2(getStyles);
  const theme = useTheme2();
  if (evidence === null) {
    return (
      <Text color="secondary" variant="bodySmall">
        {t('evidence.none', 'No evidence yet')}
      </Text>
    );
  }
  const { level } = evidence;
  const share = formatLevel(level);
  const end = (Math.max(0, Math.min(level, shownLevels)) / shownLevels) * 100;
  return (
    <Tooltip
      content={t(
        'evidence.explained',
        'Evidence is at {{share}} of the alarm level. Alarms come from it alone; it already accounts for how many signals are watched and how often.',
        { share },
      )}
    >
      <div className={styles.gauge}>
        <div
          className={styles.track}
          role="img"
          aria-label={t('evidence.label', 'Evidence at {{share}} of the alarm level', { share })}
        >
          <div className={styles.fill} style={{ width: `${end}%`, background: evidenceColor(level, theme) }} />
          <div className={styles.alarm} style={{ left: `${100 / shownLevels}%` }} />
        </div>
        <span className={styles.number}>{share}</span>
      </div>
    </Tooltip>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  gauge: css({ display: 'flex', alignItems: 'center', gap: theme.spacing(1), width: '100%', minWidth: 120 }),
  track: css({
    position: 'relative',
    flex: 1,
    height: theme.spacing(1.25),
    borderRadius: theme.shape.radius.default,
    background: theme.colors.background.secondary,
  }),
  fill: css({ height: '100%', minWidth: 2, borderRadius: theme.shape.radius.default }),
  alarm: css({
    position: 'absolute',
    top: -3,
    bottom: -3,
    width: 2,
    background: theme.colors.text.primary,
  }),
  number: css({
    width: '4.5em',
    textAlign: 'right',
    fontVariantNumeric: 'tabular-nums',
    fontSize: theme.typography.bodySmall.fontSize,
    color: theme.colors.text.secondary,
  }),
});
