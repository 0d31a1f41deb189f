import { EmptyState, Stack } from '@grafana/ui';
import type { ModelDetail } from '@plumbline/collector/api';
import { QueryState } from '../../../components/QueryState';
import { useAlerts } from '../../../data/useAlerts';
import { t } from '../../../i18n';
import { AlertPanel } from './AlertPanel';
import { AuditPanel } from './AuditPanel';

/** Alerts of a model, open ones first, and who did what about them. */
export function AlertsTab({ detail: { model } }: { readonly detail: ModelDetail }) {
  const query = useAlerts(model);
  return (
    <Stack direction="column" gap={2}>
      <QueryState query={query} subject={t('alerts.subject', 'the alerts')}>
        {({ items }) => {
          if (items.length === 0) {
            return (
              <EmptyState variant="completed" message={t('alerts.none', 'This model has never raised an alert')} />
            );
          }
          const open = items.filter(({ state }) => state !== 'resolved');
          const resolved = items.filter(({ state }) => state === 'resolved');
          return (
            <Stack direction="column" gap={2}>
              {[...open, ...resolved].map((alert) => (
                <AlertPanel key={alert.id} alert={alert} />
              ))}
            </Stack>
          );
        }}
      </QueryState>
      <AuditPanel model={model} />
    </Stack>
  );
}
