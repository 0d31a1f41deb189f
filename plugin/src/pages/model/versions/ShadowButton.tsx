import type { VersionDetail, VersionList } from '@plumbline/collector/api';
import { ActionButton } from '../../../components/ActionButton';
import { formatBasisPoints } from '../../../format/number';
import { t } from '../../../i18n';
import { StartExplanation } from './StartExplanation';
import { notStartable, waitsItsTurn } from './unavailable';

interface ShadowButtonProps {
  readonly list: VersionList;
  readonly version: VersionDetail;
}

/** Copies traffic to a version whose answers nobody sees. */
export function ShadowButton({ list, version }: ShadowButtonProps) {
  return (
    <ActionButton
      verb="shadow"
      model={list.model}
      revision={list.revision}
      size="sm"
      label={waitsItsTurn(list, version) ? t('action.queue-shadow', 'Queue shadow') : t('action.shadow', 'Shadow')}
      icon="eye"
      unavailable={notStartable(list, version)}
      title={t('action.shadow-title', 'Try version {{version}} in the shadow', { version: version.version })}
      explanation={
        <StartExplanation
          list={list}
          version={version}
          what={t(
            'action.shadow-what',
            'Apps send it a copy of the traffic. Nobody sees its answers; they are compared with those of the champion.',
          )}
        />
      }
      body={{ version: version.version }}
      choices={[
        {
          label: t('action.shadow-sample', 'Share of the traffic to copy'),
          initial: 10_000,
          options: [1_000, 5_000, 10_000].map((value) => ({ value, label: formatBasisPoints(value) })),
          toBody: (sampleBasisPoints) => ({ sampleBasisPoints }),
        },
      ]}
    />
  );
}
