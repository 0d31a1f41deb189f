import type { CollectorSettings } from '../config/settings.ts';
import type { Store } from './port.ts';
import { openPostgresStore } from './postgres.ts';
import { openSqliteStore } from './sqlite.ts';

export interface OpenStoreOptions {
  /** Look at the store of a running collector without touching it. */
  readonly readOnly?: boolean;
}

/** The store that the settings name. Throws `STORE_UNAVAILABLE` and `STORE_NEWER`. */
export function openStore(store: CollectorSettings['store'], options: OpenStoreOptions = {}): Promise<Store> {
  if ('postgres' in store) return openPostgresStore({ url: store.postgres });
  return openSqliteStore({ path: store.sqlite, ...options });
}
