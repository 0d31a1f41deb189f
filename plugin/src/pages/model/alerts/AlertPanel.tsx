import { Badge, Stack, Text, TextLink } from '@grafana/ui';
import type { Alert } from '@plumbline/collector/api';
import { AlertStateBadge } from '../../../components/badges';
import { Panel } from '../../../components/Panel';
import { formatWords } from '../../../format/name';
import { t } from '../../../i18n';
import { alertPath } from '../../../routing';
import { AlertActions } from '../../alerts/AlertActions';
import { attentionSentences, severityText, sinceText } from '../../alerts/alertText';
import { WhatIsWrong } from '../../alerts/WhatIsWrong';

/** One alert: what it says, since when, what it groups, and who is on it. */
export function AlertPanel({ alert }: { readonly alert: Alert }) {
  const { id, kind } = alert;
  return (
    <Panel
      title={t('alert.title', '{{kind}} of version {{version}}', { kind: formatWords(kind), version: alert.version })}
      actions={<AlertActions alert={alert} />}
    >
      <Stack direction="column" gap={1.5}>
        <Stack direction="row" gap={1} alignItems="center" wrap="wrap">
          <AlertStateBadge alert={alert} />
          <Badge color={alert.severity === 'page' ? 'red' : 'blue'} text={severityText(alert.severity)} />
          <Text color="secondary">{sinceText(alert)}</Text>
          <TextLink href={alertPath(id)}>{t('alert.open', 'History, changes and export')}</TextLink>
        </Stack>
        {attentionSentences(alert).map((line) => (
          <Text key={line} color="secondary">
            {line}
          </Text>
        ))}
        <WhatIsWrong alert={alert} />
      </Stack>
    </Panel>
  );
}
