import type { CollectorSettings } from '../config/index.ts';
import { signCheckpoint } from '../store/audit-heads.ts';
import { readSigningKey, type SigningKey } from '../store/audit-signature.ts';
import type { EnqueueEvent } from '../store/outgoing.ts';
import type { Store } from '../store/port.ts';

/** Signs heads of the audit log and sends them away, where a key is configured. */
export interface AuditCheckpoints {
  readonly key: SigningKey | null;
  /** Whether a head was signed. */
  run(): Promise<boolean>;
}

/** Throws `BAD_CONFIG` when the key is none. */
export function createAuditCheckpoints(options: {
  readonly settings: CollectorSettings['audit'];
  readonly store: Store;
  readonly clock: () => number;
  readonly enqueue: EnqueueEvent;
}): AuditCheckpoints {
  const { settings, store, clock, enqueue } = options;
  const key = settings.signingKey === undefined ? null : readSigningKey(settings.signingKey);
  const rules = { everyMs: settings.checkpointEvery, everyRecords: settings.checkpointRecords };
  return {
    key,
    async run() {
      if (key === null) return false;
      const signed = await store.transaction((transaction) =>
        signCheckpoint(transaction, key, clock(), rules, enqueue),
      );
      return signed !== null;
    },
  };
}
