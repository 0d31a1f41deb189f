import type { ModelDetail } from '@plumbline/collector/api';
import type { ReportQuery } from '../../../api/client';
import { ActionButton } from '../../../components/ActionButton';
import { formatRange } from '../../../format/time';
import { t } from '../../../i18n';

interface SetReferenceButtonProps {
  readonly detail: ModelDetail;
  readonly query: ReportQuery;
}

/** Makes the time that is shown what the version is compared with. Offered once a time is chosen. */
export function SetReferenceButton({ detail: { model, revision }, query }: SetReferenceButtonProps) {
  const { from, to, version, segment } = query;
  return from === undefined || to === undefined ? null : (
    <ActionButton
      verb="set-reference"
      model={model}
      revision={revision}
      body={{
        from,
        to,
        ...(version === undefined ? {} : { version }),
        ...(segment === undefined ? {} : { segment }),
      }}
      label={t('reference.set', 'Make it the reference')}
      icon="history"
      title={t('reference.title', 'Compare {{model}} with this time', { model })}
      explanation={t(
        'reference.what',
        'From the next window on, {{version}} is compared with its windows of {{range}}, and evidence begins anew. Whatever was wrong in them will count as normal: look at them first.',
        {
          version: version ?? t('reference.champion', 'the version that answers'),
          range: formatRange(from, to),
        },
      )}
    />
  );
}
