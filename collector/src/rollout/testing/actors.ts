import type { Actor } from '../actor.ts';

/** An approver. */
export const person = (name: string): Actor => ({
  subject: `user:${name}`,
  name,
  role: 'approver',
  scopes: [],
  human: true,
});
export const ada = person('ada');
export const grace = person('grace');
export const trainer: Actor = { subject: 'token:trainer', name: 'trainer', role: null, scopes: [], human: false };
