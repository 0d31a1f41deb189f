import type { VersionDetail, VersionList } from '@plumbline/collector/api';
import { ActionButton, type ActionProps } from '../../../components/ActionButton';
import { t } from '../../../i18n';

interface EndingButtonsProps {
  readonly list: VersionList;
  readonly version: VersionDetail;
}

type State = VersionDetail['state'];

const rejectable: readonly State[] = ['registered', 'evaluated'];
const retirable: readonly State[] = ['registered', 'evaluated', 'superseded', 'rolled_back', 'rejected'];
const dangerous: readonly State[] = ['champion', 'canary', 'shadow', 'superseded'];

/** The ways a version leaves: refused, at the end of its life, or out of service at once; and back from there. */
export function EndingButtons({ list: { model, revision }, version: { version, state } }: EndingButtonsProps) {
  const action = { model, revision, body: { version } } satisfies Partial<ActionProps>;
  return (
    <>
      {rejectable.includes(state) && (
        <ActionButton
          {...action}
          verb="reject"
          size="sm"
          icon="times"
          label={t('ending.reject', 'Reject')}
          title={t('ending.reject-title', 'Reject version {{version}}', { version })}
          explanation={t('ending.reject-what', 'It is never rolled out. Whoever made it sees why.')}
        />
      )}
      {retirable.includes(state) && (
        <ActionButton
          {...action}
          verb="retire"
          size="sm"
          icon="minus"
          label={t('ending.retire', 'Retire')}
          title={t('ending.retire-title', 'Retire version {{version}}', { version })}
          explanation={t('ending.retire-what', 'It takes no traffic and never will again; nobody can go back to it.')}
        />
      )}
      {dangerous.includes(state) && (
        <ActionButton
          {...action}
          verb="quarantine"
          size="sm"
          icon="shield-exclamation"
          label={t('ending.quarantine', 'Quarantine')}
          title={t('ending.quarantine-title', 'Put version {{version}} in quarantine', { version })}
          explanation={t(
            'ending.quarantine-what',
            "It is out of service at once; a champion's traffic goes back to the version before. For an artefact that must not be trusted.",
          )}
        />
      )}
      {state === 'quarantined' && (
        <ActionButton
          {...action}
          verb="release"
          size="sm"
          icon="unlock"
          label={t('ending.release', 'Release')}
          title={t('ending.release-title', 'Release version {{version}} from quarantine', { version })}
          explanation={t('ending.release-what', 'It may be evaluated and rolled out again, from the beginning.')}
        />
      )}
    </>
  );
}
