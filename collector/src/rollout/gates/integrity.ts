import { type GateResult, gateResults } from '../gate.ts';

/** What one instance says it has loaded. */
export interface LoadedArtefacts {
  readonly instance: string;
  readonly loaded: readonly { readonly version: string; readonly digest: string }[];
}

export interface IntegrityInput {
  readonly version: string;
  /** `sha256:<64 hex digits>`, pinned at registration. */
  readonly digest: string;
  readonly instances: readonly LoadedArtefacts[];
  readonly at: number;
}

/** Did every instance that loaded the version load the registered artefact? One other digest is a failure. */
export function assessIntegrity({ version, digest, instances, at }: IntegrityInput): GateResult {
  const reports = instances.flatMap(({ instance, loaded }) =>
    loaded.filter((entry) => entry.version === version).map((entry) => ({ instance, digest: entry.digest })),
  );
  const wrong = reports.filter((report) => report.digest !== digest);
  const numbers = { instances: instances.length, loaded: reports.length, mismatched: wrong.length };
  const result = gateResults({ gate: 'integrity', numbers, at });
  const first = wrong[0];
  if (first !== undefined) {
    return result(
      'fail',
      'DIGEST_MISMATCH',
      `instance ${first.instance} loaded ${first.digest || 'an artefact without a digest'} as version ${version}, registered is ${digest}`,
    );
  }
  if (reports.length === 0) {
    return result(
      'inconclusive',
      'NOT_LOADED',
      `none of ${instances.length} instances has loaded version ${version} yet`,
    );
  }
  return result('pass', 'DIGESTS_MATCH', `${reports.length} instances loaded the registered artefact`);
}
