import type { Me, Verb } from '@plumbline/collector/api';
import { PLUGIN_ID } from './constants';

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
  silence: `${PLUGIN_ID}.alerts:silence`,
  unsilence: `${PLUGIN_ID}.alerts:silence`,
  expect: `${PLUGIN_ID}.alerts:expect`,
  'cancel-retrain': `${PLUGIN_ID}.retrain:cancel`,
  'test-webhook': `${PLUGIN_ID}.webhooks:test`,
  'replay-delivery': `${PLUGIN_ID}.webhooks:replay`,
  'replay-deliveries': `${PLUGIN_ID}.webhooks:replay`,
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
  silence: ['operator', 'approver'],
  unsilence: ['operator', 'approver'],
  expect: ['approver'],
  'cancel-retrain': ['operator', 'approver'],
  'test-webhook': ['approver'],
  'replay-delivery': ['operator', 'approver'],
  'replay-deliveries': ['operator', 'approver'],
};
