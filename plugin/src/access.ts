import { config } from '@grafana/runtime';
import type { Me, Verb } from '@plumbline/collector/api';
import { PLUGIN_ID } from './constants';
import { t } from './i18n';

/** Grafana permission behind each verb: the `reqAction` of its route in plugin.json. */
export const permissionOf: Readonly<Record<Verb, string>> = {
  shadow: `${PLUGIN_ID}.versions:shadow`,
  canary: `${PLUGIN_ID}.versions:canary`,
  promote: `${PLUGIN_ID}.versions:promote`,
  approve: `${PLUGIN_ID}.versions:approve`,
  'roll-back': `${PLUGIN_ID}.versions:roll-back`,
  pause: `${PLUGIN_ID}.versions:pause`,
  resume: `${PLUGIN_ID}.versions:resume`,
  acknowledge: `${PLUGIN_ID}.alerts:acknowledge`,
  retrain: `${PLUGIN_ID}.retrain:request`,
};

/** Collector roles that may use each verb, least first. The collector enforces it; this only explains a refusal. */
export const rolesOf: Readonly<Record<Verb, readonly NonNullable<Me['role']>[]>> = {
  shadow: ['operator', 'approver'],
  canary: ['operator', 'approver'],
  promote: ['operator', 'approver'],
  approve: ['approver'],
  'roll-back': ['operator', 'approver'],
  pause: ['operator', 'approver'],
  resume: ['operator', 'approver'],
  acknowledge: ['operator', 'approver'],
  retrain: ['operator', 'approver'],
};

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
