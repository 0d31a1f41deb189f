/** The people who can use the host page without signing in, and what plugin.json lets each of them do. */

export type OrganisationRole = 'Viewer' | 'Editor' | 'Admin';

export interface Person {
  readonly id: number;
  readonly uid: string;
  readonly login: string;
  readonly name: string;
  readonly role: OrganisationRole;
}

/** Two approvers, because a promotion takes two people. */
export const people: readonly Person[] = [
  { id: 1, uid: 'ada', login: 'ada', name: 'Ada', role: 'Admin' },
  { id: 2, uid: 'grace', login: 'grace', name: 'Grace', role: 'Admin' },
  { id: 3, uid: 'olu', login: 'olu', name: 'Olu', role: 'Editor' },
  { id: 4, uid: 'vic', login: 'vic', name: 'Vic', role: 'Viewer' },
];

/** One entry of `roles` in a plugin.json. */
export interface PluginRole {
  readonly role: {
    readonly name: string;
    readonly permissions: readonly { readonly action: string; readonly scope?: string }[];
  };
  readonly grants: readonly string[];
}

const rank: Readonly<Record<OrganisationRole, number>> = { Viewer: 1, Editor: 2, Admin: 3 };

export function hasRole(person: Person, wanted: OrganisationRole): boolean {
  return rank[person.role] >= rank[wanted];
}

/** Actions a person may take: those of every plugin role granted to their organisation role or to a lesser one. */
export function permissionsOf(person: Person, roles: readonly PluginRole[]): ReadonlySet<string> {
  const granted = roles.filter(({ grants }) =>
    (Object.keys(rank) as OrganisationRole[]).some((role) => grants.includes(role) && hasRole(person, role)),
  );
  return new Set(granted.flatMap(({ role }) => role.permissions.map(({ action }) => action)));
}
