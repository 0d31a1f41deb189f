import type { VersionDetail, VersionList } from '@plumbline/collector/api';
import { t } from '../../../i18n';

/** Why a version may not take traffic now, whoever asks; null when it may. */
export function unavailableReason(list: VersionList, { version, state, digest }: VersionDetail): string | null {
  const { routing } = list;
  const other = [routing?.canary?.version, routing?.shadow?.version].find(
    (onItsWay) => onItsWay !== undefined && onItsWay !== version,
  );
  if (other !== undefined) {
    return t('unavailable.other', 'Version {{other}} is on its way: one at a time. Promote it or roll it back first.', {
      other,
    });
  }
  if (digest === '') {
    return t('unavailable.no-artefact', 'This version was only seen in events: register its artefact first.');
  }
  if (state === 'registered' && routing?.champion != null) {
    return t('unavailable.not-evaluated', 'It has no passed evaluation beside the champion.');
  }
  return null;
}
