import { Text, TextLink } from '@grafana/ui';
import { useMemo } from 'react';
import { AuditTable } from '../../../components/AuditTable';
import { Panel } from '../../../components/Panel';
import { QueryState } from '../../../components/QueryState';
import { useAlerts } from '../../../data/useAlerts';
import { useAudit } from '../../../data/useAudit';
import { useRetrainJobs } from '../../../data/useRetrainJobs';
import { t } from '../../../i18n';
import { fleetPath } from '../../../routing';
import { concerns } from './auditTarget';

const shown = 10;

/** The latest records of the tamper-evident log that concern this model. */
export function AuditPanel({ model }: { readonly model: string }) {
  const query = useAudit();
  const { data: alerts } = useAlerts(model);
  const { data: jobs } = useRetrainJobs(model);
  const owned = useMemo(
    () => [
      ...(alerts?.items ?? []).map(({ id }) => `alert/${id}`),
      ...(jobs?.items ?? []).map(({ id }) => `retrain/${id}`),
    ],
    [alerts, jobs],
  );
  return (
    <Panel
      title={t('audit.title', 'Audit trail')}
      description={t(
        'audit.why',
        'Who did what, when and why. Records are chained by their hashes: none can be changed or removed unnoticed.',
      )}
      actions={
        <TextLink href={fleetPath('audit', { search: model })} inline={false}>
          {t('audit.all', 'Search the whole log')}
        </TextLink>
      }
    >
      <QueryState query={query} subject={t('audit.subject', 'the audit trail')}>
        {({ items }) => {
          const records = items.filter(({ target }) => concerns(target, model, owned)).slice(0, shown);
          return records.length === 0 ? (
            <Text color="secondary">{t('audit.none', 'Nobody has done anything to this model lately.')}</Text>
          ) : (
            <AuditTable records={records} />
          );
        }}
      </QueryState>
    </Panel>
  );
}
