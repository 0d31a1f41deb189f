import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { EmptyState, Stack, Text, useStyles2 } from '@grafana/ui';
import { t } from '../../i18n';

/** The shortest declaration that shows drift, performance and fairness of a model. */
const declaration = `models:
  - name: credit-risk
    positive: repaid
    groups: [{ attribute: sex }]`;

const recording = `const nats = { servers: 'nats://127.0.0.1:4222' };
const monitor = createMonitor({
  service: 'credit-api',
  model: { name: 'credit-risk', version: '7' },
  nats,
});

export const decide = monitor.wrap(model, {
  id: (applicant) => applicant.id,
  features: ({ age, income }) => ({ age, income }),
  groups: ({ sex }) => ({ sex }),
  prediction: ({ label }) => label,
  score: ({ probability }) => probability,
});`;

/** What a newcomer sees: how the first model comes to be here. */
export function NoModels() {
  const styles = useStyles2(getStyles);
  return (
    <EmptyState variant="call-to-action" hideImage message={t('models.none', 'No models yet')}>
      <Text>
        {t(
          'models.none-how',
          'A model appears here when it is declared in plumbline.yaml, or when an app records its first inference.',
        )}
      </Text>
      <ol className={styles.steps}>
        <Step text={t('models.none-declare', 'Declare it in plumbline.yaml, and start the collector again:')}>
          {declaration}
        </Step>
        <Step text={t('models.none-record', 'Wrap it where your app calls it, with @plumbline/sdk:')}>{recording}</Step>
        <Step
          text={t(
            'models.none-wait',
            'Let it serve. This page fills by itself; the first windows become the reference that later ones are compared with.',
          )}
        />
      </ol>
    </EmptyState>
  );
}

function Step({ text, children }: { readonly text: string; readonly children?: string }) {
  const styles = useStyles2(getStyles);
  return (
    <li>
      <Stack direction="column" gap={1}>
        <Text>{text}</Text>
        {children !== undefined && <pre className={styles.code}>{children}</pre>}
      </Stack>
    </li>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  steps: css({
    display: 'grid',
    gap: theme.spacing(2),
    width: '100%',
    maxWidth: theme.spacing(105),
    margin: theme.spacing(2, 'auto', 0),
    paddingLeft: theme.spacing(3),
    textAlign: 'left',
  }),
  code: css({ margin: 0, overflowX: 'auto' }),
});
