import { PlumblineError } from '../../errors.ts';
import type { Actor } from '../../rollout/actor.ts';
import { personVerbs, type Verb, verbRoles, verbs } from '../api.ts';
import type { Access } from '../route.ts';

/** Throws `FORBIDDEN`, naming what is missing, unless the actor may use a path. */
export function checkAccess(access: Access, actor: Actor): void {
  const missing = missingFor(access, actor);
  if (missing !== null) {
    throw new PlumblineError('FORBIDDEN', `${actor.subject} may not do this: it takes ${missing}`, {
      details: { needs: missing },
    });
  }
}

/** Verbs that an actor may use: what `GET /v1/me` tells and a UI mirrors. */
export function actionsOf(actor: Actor): Verb[] {
  return verbs.filter((verb) => missingFor({ kind: 'verb', verb }, actor) === null);
}

/** How many of a hidden group came is for people who answer for the model, and for nobody else: no token is one. */
export function maySeeHiddenGroups({ human, role }: Actor): boolean {
  return human && role === 'approver';
}

function missingFor(access: Access, actor: Actor): string | null {
  switch (access.kind) {
    case 'open':
    case 'object-token':
    case 'known':
      return null;
    case 'scrape':
    case 'read':
      return actor.role !== null || actor.scopes.some((scope) => scope === 'read' || scope === 'control')
        ? null
        : 'the scope read';
    case 'scope':
      return actor.scopes.includes(access.scope) ? null : `the scope ${access.scope}`;
    case 'verb':
      return missingForVerb(access.verb, actor);
  }
}

function missingForVerb(verb: Verb, actor: Actor): string | null {
  if (actor.role !== null) {
    const allowed = verbRoles[verb];
    return allowed.includes(actor.role) ? null : `the role ${allowed.join(' or ')}`;
  }
  if (personVerbs.includes(verb)) {
    return 'a person with the role approver';
  }
  return actor.scopes.includes('control') ? null : 'the scope control';
}
