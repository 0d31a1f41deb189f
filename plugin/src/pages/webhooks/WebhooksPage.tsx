import { PluginPage } from '@grafana/runtime';
import { EmptyState, Stack } from '@grafana/ui';
import type { WebhookList } from '@plumbline/collector/api';
import { Panel } from '../../components/Panel';
import { PlainTable } from '../../components/PlainTable';
import { QueryState } from '../../components/QueryState';
import { useWebhooks } from '../../data/useWebhooks';
import { formatWords } from '../../format/name';
import { formatCount, nothing } from '../../format/number';
import { formatTime } from '../../format/time';
import { hrefTo } from '../../hrefTo';
import { t } from '../../i18n';
import { fleetPath } from '../../routing';
import { DeadLettersPanel } from './DeadLettersPanel';
import { DeliveriesPanel } from './DeliveriesPanel';
import { WebhooksTable } from './WebhooksTable';

/** Whom the collector tells of what happens, whether that arrives, and what arrived here but could not be read. */
export function WebhooksPage() {
  const query = useWebhooks();
  return (
    <PluginPage
      pageNav={{ text: t('webhooks.title', 'Webhooks'), url: hrefTo(fleetPath('webhooks')) }}
      subTitle={t('webhooks.subtitle', 'Whom the collector tells of what happens, and whether it arrives')}
    >
      <Stack direction="column" gap={2}>
        <QueryState query={query} subject={t('webhooks.subject', 'the webhooks')}>
          {({ items, inbound }) => (
            <Stack direction="column" gap={2}>
              <Panel title={t('webhooks.receivers', 'Receivers')}>
                {items.length === 0 ? (
                  <EmptyState variant="call-to-action" hideImage message={t('webhooks.none', 'Nobody is told')}>
                    {t('webhooks.none-how', 'Receivers are declared under webhooks and notifiers in plumbline.yaml.')}
                  </EmptyState>
                ) : (
                  <WebhooksTable webhooks={items} />
                )}
              </Panel>
              {inbound.length > 0 && <InboundPanel inbound={inbound} />}
            </Stack>
          )}
        </QueryState>
        <DeliveriesPanel />
        <DeadLettersPanel />
      </Stack>
    </PluginPage>
  );
}

function InboundPanel({ inbound }: { readonly inbound: WebhookList['inbound'] }) {
  return (
    <Panel
      title={t('inbound.title', 'Who may tell the collector')}
      description={t('inbound.why', 'Other systems post to /v1/hooks/<name>: trackers, trainers, Grafana itself.')}
    >
      <PlainTable
        label={t('inbound.title', 'Who may tell the collector')}
        columns={[
          t('inbound.column.name', 'Name'),
          t('inbound.column.model', 'Model'),
          t('inbound.column.accepted', 'Accepted'),
          t('inbound.column.refused', 'Refused'),
          t('inbound.column.last', 'Last'),
        ]}
        rows={inbound.map(({ name, scheme, model, accepted, refused, lastAt, lastText }) => ({
          key: name,
          cells: [
            t('inbound.name', '{{name}} ({{scheme}})', { name, scheme: formatWords(scheme) }),
            model ?? nothing,
            formatCount(accepted),
            formatCount(refused),
            lastAt === null
              ? t('inbound.never', 'Never')
              : t('inbound.last', '{{time}}: {{text}}', { time: formatTime(lastAt), text: lastText ?? '' }),
          ],
        }))}
      />
    </Panel>
  );
}
