import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { modelSettings } from '../config/settings.ts';
import { readAudit } from '../store/audit.ts';
import type { Store } from '../store/port.ts';
import { openSqliteStore } from '../store/sqlite.ts';
import type { HeardInstance } from './heartbeat-book.ts';
import { noteSdkVersions, noteSettings } from './noted-changes.ts';

let store: Store;
beforeEach(async () => {
  store = await openSqliteStore({ path: ':memory:' });
});
afterEach(() => store.close());

const audited = async () =>
  (await store.read((transaction) => readAudit(transaction, 0, 9))).map(({ action, reason, before, after }) => ({
    action,
    reason,
    before,
    after,
  }));

describe('changes that nobody tells of', () => {
  it('are settings that differ from those of the last start, each by its name', async () => {
    const model = (change: object = {}) => [modelSettings.parse({ name: 'credit', ...change })];
    await noteSettings(store, model(), 1);
    await noteSettings(store, model(), 2);
    expect(await audited()).toEqual([]);
    await noteSettings(store, model({ window: '2h', owner: 'lending' }), 3);
    expect(await audited()).toEqual([
      {
        action: 'config.changed',
        reason: 'window, owner changed in the settings',
        before: { window: 3_600_000, owner: '' },
        after: { window: 7_200_000, owner: 'lending' },
      },
    ]);
  });

  it('are other SDK versions of the apps; that nobody is there is no change', async () => {
    const models = [modelSettings.parse({ name: 'credit' })];
    const note = (...versions: string[]) => {
      const heard = versions.map((sdkVersion) => ({ heartbeat: { sdkVersion }, at: 0 }) as unknown as HeardInstance);
      return noteSdkVersions(store, models, { ofModel: () => heard }, 1);
    };
    await note('1.0.0', '1.0.0');
    await note();
    await note('1.0.0');
    expect(await audited()).toEqual([]);
    await note('1.1.0', '1.0.0');
    expect(await audited()).toMatchObject([
      { action: 'sdk.changed', reason: 'apps run SDK 1.0.0, 1.1.0; before 1.0.0', after: ['1.0.0', '1.1.0'] },
    ]);
  });
});
