import { config } from '@grafana/runtime';
import type { Me, Verb } from '@plumbline/collector/api';
import { t } from './i18n';
import { permissionOf, rolesOf } from './verbs';

/** Why this person may not use a verb, in a sentence that names what is missing; null when they may. */
export function refusalOf(verb: Verb, me: Me | undefined): string | null {
  if (config.bootData.user.permissions?.[permissionOf[verb]] !== true) {
    return t('access.no-permission', 'Your Grafana role lacks the permission {{permission}}.', {
      permission: permissionOf[verb],
    });
  }
  if (me === undefined) {
    return t('access.unknown', 'What you may do is not known yet: the collector has not answered.');
  }
  if (!me.actions.includes(verb)) {
    return t('access.no-role', 'The collector knows you as {{role}}; this takes the role {{roles}}.', {
      role: me.role ?? t('access.machine', 'a machine without a role'),
      roles: rolesOf[verb].join(t('access.or', ' or ')),
    });
  }
  return null;
}
