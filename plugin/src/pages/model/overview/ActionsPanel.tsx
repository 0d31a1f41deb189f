import { LinkButton, Stack, Text } from '@grafana/ui';
import type { ModelDetail, VersionList } from '@plumbline/collector/api';
import { refusalOf } from '../../../access';
import { ActionButton } from '../../../components/ActionButton';
import { Panel } from '../../../components/Panel';
import { QueryState } from '../../../components/QueryState';
import { useMe } from '../../../data/useMe';
import { useVersions } from '../../../data/useVersions';
import { hrefTo } from '../../../hrefTo';
import { t } from '../../../i18n';
import { modelPath } from '../../../routing';
import { PauseButton } from '../versions/PauseButton';
import { RollBackButton } from '../versions/RollBackButton';
import { isWebAddress } from './AboutPanel';

/** What can be done now, by whom, and why not. */
export function ActionsPanel({ detail }: { readonly detail: ModelDetail }) {
  const query = useVersions(detail.model);
  return (
    <Panel title={t('overview.do', 'What can I do')}>
      <QueryState query={query} subject={t('versions.subject', 'the versions')}>
        {(list) => <Actions detail={detail} list={list} />}
      </QueryState>
    </Panel>
  );
}

function Actions({
  detail: { model, runbook, openAlerts },
  list,
}: {
  readonly detail: ModelDetail;
  readonly list: VersionList;
}) {
  const { data: me } = useMe();
  const refusal = refusalOf('roll-back', me);
  const waiting = list.approvals.filter(({ state }) => state === 'pending').length;
  return (
    <Stack direction="column" gap={1.5}>
      <Stack direction="row" gap={1} wrap="wrap">
        <RollBackButton list={list} />
        <PauseButton list={list} />
        <ActionButton
          verb="retrain"
          model={model}
          revision={list.revision}
          label={t('action.retrain', 'Retrain')}
          icon="process"
          title={t('action.retrain-title', 'Ask for a retrain of {{model}}', { model })}
          explanation={t(
            'action.retrain-what',
            'The trainer is asked for a new version from recent labelled rows. What it sends back is registered and evaluated beside the champion; it does not serve anybody by itself.',
          )}
        />
        {openAlerts > 0 && (
          <LinkButton icon="bell" variant="secondary" href={hrefTo(modelPath(model, 'alerts'))}>
            {t('action.to-alerts', 'Acknowledge an alert')}
          </LinkButton>
        )}
        {waiting > 0 && (
          <LinkButton icon="check-circle" variant="secondary" href={hrefTo(modelPath(model, 'versions'))}>
            {t('action.to-approvals', 'Waiting approvals ({{count}})', { count: waiting })}
          </LinkButton>
        )}
        {isWebAddress(runbook) && (
          <LinkButton icon="book" variant="secondary" href={runbook} target="_blank" rel="noopener noreferrer">
            {t('action.runbook', 'Runbook')}
          </LinkButton>
        )}
      </Stack>
      {refusal !== null && (
        <Text color="warning" variant="bodySmall">
          {t('action.only-look', 'You may look, but not act. {{refusal}}', { refusal })}
        </Text>
      )}
      {list.rollBackTarget && (
        <Text color="secondary" variant="bodySmall">
          {t('action.target', 'A roll-back goes to version {{version}}, which is {{health}}: {{reason}}', {
            version: list.rollBackTarget.version,
            health: list.rollBackTarget.healthy ? t('action.healthy', 'healthy') : t('action.unhealthy', 'not healthy'),
            reason: list.rollBackTarget.reason,
          })}
        </Text>
      )}
    </Stack>
  );
}
