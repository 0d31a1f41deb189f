import type { Intent } from './command.ts';

/** What somebody wants to do with a model's versions. */
export type RolloutAction = { readonly reason: string } & (
  | { readonly verb: 'shadow'; readonly version: string; readonly sampleBasisPoints: number }
  | { readonly verb: 'canary'; readonly version: string; readonly weightBasisPoints?: number | undefined }
  | { readonly verb: 'promote' | 'reject' | 'retire' | 'quarantine' | 'release' | 'dequeue'; readonly version: string }
  | { readonly verb: 'roll-back'; readonly to?: string | undefined }
  | { readonly verb: 'break-glass'; readonly minutes: number }
  | { readonly verb: 'pause' | 'resume' | 'close-break-glass' }
);

/** The intent of an action. `from`: event time of the window that is filling, from which what it starts counts. */
export function intentOf(action: RolloutAction, from: number, randomId: () => string): Intent {
  switch (action.verb) {
    case 'shadow':
      return {
        kind: 'startShadow',
        version: action.version,
        sampleBasisPoints: action.sampleBasisPoints,
        rolloutId: randomId(),
        salt: randomId(),
        from,
      };
    case 'canary':
      return {
        kind: 'startCanary',
        version: action.version,
        weightBasisPoints: action.weightBasisPoints ?? null,
        rolloutId: randomId(),
        salt: randomId(),
        from,
      };
    case 'promote':
      return { kind: 'promote', version: action.version, approvalId: `ap_${randomId()}`, from };
    case 'roll-back':
      return { kind: 'rollBack', to: action.to ?? null, cause: null };
    case 'retire':
    case 'quarantine':
      return { kind: action.verb, version: action.version, cause: null };
    case 'reject':
    case 'release':
    case 'dequeue':
      return { kind: action.verb, version: action.version };
    case 'break-glass':
      return { kind: 'breakGlass', forMs: action.minutes * 60_000 };
    case 'close-break-glass':
      return { kind: 'closeBreakGlass' };
    case 'pause':
    case 'resume':
      return { kind: action.verb };
  }
}
