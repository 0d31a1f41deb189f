/** The states of a version, alone in a file so that the schemas of the API can share them without what acts on them. */
export const versionStates = [
  'registered',
  'evaluated',
  'shadow',
  'canary',
  'champion',
  'superseded',
  'rolled_back',
  'rejected',
  'quarantined',
  'retired',
] as const;

export type VersionState = (typeof versionStates)[number];
