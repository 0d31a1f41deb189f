import type { VersionList } from '@plumbline/collector/api';
import { ActionButton } from '../../../components/ActionButton';
import { t } from '../../../i18n';

/** For emergencies: one approver may give traffic without a second one, for a while and in front of everybody. */
export function BreakGlassButton({ list: { model, revision, breakGlass } }: { readonly list: VersionList }) {
  return (
    <ActionButton
      verb="break-glass"
      model={model}
      revision={revision}
      size="sm"
      icon="exclamation-triangle"
      label={t('glass.open', 'Emergency')}
      unavailable={breakGlass?.open ? t('glass.is-open', 'An emergency is open already.') : null}
      title={t('glass.title', 'Open an emergency for {{model}}', { model })}
      explanation={t(
        'glass.what',
        'For this time you may promote alone. Everybody sees it, everything done is kept, and somebody else has to look at it afterwards. Say what the emergency is, in at least 10 characters.',
      )}
      choices={[
        {
          label: t('alert.for', 'For'),
          initial: 30,
          options: [15, 30, 60].map((value) => ({
            value,
            label: t('glass.minutes', '{{value}} min', { value }),
          })),
          toBody: (minutes) => ({ minutes }),
        },
      ]}
    />
  );
}
