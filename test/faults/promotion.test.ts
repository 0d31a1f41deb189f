import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type ControlledStack, model, startControlledStack } from './controlled-stack.ts';

const patience = { timeout: 60_000, interval: 50 };

let directory: string;
let world: ControlledStack;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'plumbline-promotion-'));
  world = await startControlledStack(directory);
});

afterEach(async () => {
  await world.stop();
  rmSync(directory, { recursive: true, force: true });
}, 60_000);

describe('a collector that is killed while it promotes', () => {
  test('has promoted or has not, once, and every app comes to follow what it has', async () => {
    const apps = [world.startApp(), world.startApp(), world.startApp()];
    await world.register('1');
    await world.act('promote', { version: '1' });
    // From before the request is read to after it is answered.
    for (const [round, delayMs] of [0, 2, 4, 8, 15, 40].entries()) {
      const version = String(round + 2);
      await world.register(version);
      const champion = (await world.versions()).routing?.champion;
      await vi.waitFor(async () => {
        const { versions } = await world.versions();
        expect(versions.find((found) => found.version === version)).toMatchObject({
          state: 'evaluated',
          evaluation: { champion },
        });
      }, patience);
      const { revision } = await world.versions();
      const key = `promotion-of-${version}`;
      const first = world.act('promote', { version }, { revision, key }).catch(() => 'no answer');
      await new Promise((resume) => setTimeout(resume, delayMs));
      await world.stack.killCollector();
      await first;
      await world.stack.restartCollector();

      const found = (await world.versions()).versions.filter(({ state }) => state === 'champion');
      expect(found).toHaveLength(1);
      // Whoever got no answer sends the same request again.
      await world.act('promote', { version }, { revision, key });
      const after = await world.versions();
      expect(after.routing?.champion).toBe(version);
      expect(after.versions.filter(({ state }) => state === 'champion').map((one) => one.version)).toEqual([version]);
      const promotions = (await world.audited('version.promoted')).filter(
        ({ after: told }) => (told as { champion?: string }).champion === version,
      );
      expect(promotions).toHaveLength(1);
      expect(await world.verifyAudit()).toMatchObject({ ok: true });
      for (const app of apps) {
        await vi.waitFor(
          () => expect(app.route(model, 'a customer')).toMatchObject({ version, revision: after.routing?.revision }),
          patience,
        );
      }
    }
  }, 300_000);
});
