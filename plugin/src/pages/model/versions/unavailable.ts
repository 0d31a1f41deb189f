import type { VersionDetail, VersionList } from '@plumbline/collector/api';
import { t } from '../../../i18n';

/** Why a version may not take all traffic now, whoever asks; null when it may. */
export function unavailableReason(list: VersionList, version: VersionDetail): string | null {
  return otherOnItsWay(list, version) ?? notReady(list, version);
}

/** Why a version may not be started in the shadow or as a canary now, whoever asks; null when it may, in its turn. */
export function notStartable(list: VersionList, version: VersionDetail): string | null {
  if ((list.queue ?? []).some((waiting) => waiting.version === version.version)) {
    return t('unavailable.waits', 'It waits for its turn already.');
  }
  const isRefused = (list.newVersion ?? 'refuse') === 'refuse';
  return (isRefused ? otherOnItsWay(list, version) : null) ?? notReady(list, version);
}

/** The version on its way to champion when it is another than this one. */
export function onItsWayBefore({ routing }: VersionList, { version }: VersionDetail): string | undefined {
  return [routing?.canary?.version, routing?.shadow?.version].find(
    (onItsWay) => onItsWay !== undefined && onItsWay !== version,
  );
}

/** Whether a version that is started now waits for the one on its way, by the settings of the rollout. */
export function waitsItsTurn(list: VersionList, version: VersionDetail): boolean {
  return list.newVersion === 'queue' && onItsWayBefore(list, version) !== undefined;
}

function otherOnItsWay(list: VersionList, version: VersionDetail): string | null {
  const other = onItsWayBefore(list, version);
  return other === undefined
    ? null
    : t('unavailable.other', 'Version {{other}} is on its way: one at a time. Promote it or roll it back first.', {
        other,
      });
}

function notReady({ routing }: VersionList, { state, digest }: VersionDetail): string | null {
  if (digest === '') {
    return t('unavailable.no-artefact', 'This version was only seen in events: register its artefact first.');
  }
  if (state === 'registered' && routing?.champion != null) {
    return t('unavailable.not-evaluated', 'It has no passed evaluation beside the champion.');
  }
  return null;
}
