import type { VersionDetail, VersionList } from '@plumbline/collector/api';
import { ActionButton } from '../../../components/ActionButton';
import { formatBasisPoints } from '../../../format/number';
import { t } from '../../../i18n';
import { StartExplanation } from './StartExplanation';
import { notStartable, waitsItsTurn } from './unavailable';

interface CanaryButtonProps {
  readonly list: VersionList;
  readonly version: VersionDetail;
}

/** Shares of a canary that may be chosen, basis points. */
const weights = [500, 1_000, 2_500, 5_000];

/** Serves a share of the traffic with a version, or a larger share. */
export function CanaryButton({ list, version }: CanaryButtonProps) {
  const now = list.routing?.canary?.version === version.version ? list.routing.canary.weightBasisPoints : 0;
  const larger = weights.filter((weight) => weight > now);
  const [first] = larger;
  return (
    <ActionButton
      verb="canary"
      model={list.model}
      revision={list.revision}
      size="sm"
      label={
        now > 0
          ? t('action.canary-more', 'Raise canary')
          : waitsItsTurn(list, version)
            ? t('action.queue-canary', 'Queue canary')
            : t('action.canary', 'Canary')
      }
      icon="code-branch"
      unavailable={
        first === undefined
          ? t('action.canary-most', 'The canary has its largest share: promote it or roll it back.')
          : notStartable(list, version)
      }
      title={t('action.canary-title', 'Serve some people with version {{version}}', { version: version.version })}
      explanation={
        <StartExplanation
          list={list}
          version={version}
          what={t(
            'action.canary-what',
            'The same people stay in the canary as it grows. Its gates watch error rate, latency and groups, and take it back when one fails.',
          )}
        />
      }
      body={{ version: version.version }}
      choices={
        first === undefined
          ? undefined
          : [
              {
                label: t('action.canary-weight', 'Share of the traffic'),
                initial: first,
                options: larger.map((value) => ({ value, label: formatBasisPoints(value) })),
                toBody: (weightBasisPoints) => ({ weightBasisPoints }),
              },
            ]
      }
    />
  );
}
