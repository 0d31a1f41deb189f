import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { postgresMissing } from '../stack/postgres.ts';
import { runCampaign } from './campaign.ts';

/** The short form of `npm run test:faults`. Seconds alone on a machine, minutes on one that does a dozen other things. */
describe('a short campaign of faults', { timeout: 300_000 }, () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'plumbline-campaign-'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  test.skipIf(postgresMissing() !== undefined)(
    'over three collectors, one of which stands still until others have taken over, broker, PostgreSQL and app leaves every event counted once',
    async () => {
      const struck = ['pause', 'collector', 'broker', 'store', 'app'] as const;
      const result = await runCampaign({ directory, store: 'postgres', collectors: 3, faults: struck, seed: 3 });
      expect(result.wrongWindows).toEqual([]);
      expect(result.counts).toMatchObject({
        inferences: result.expected.inferences,
        outcomes: result.expected.outcomes,
        joinedOutcomes: result.expected.labelled,
      });
      expect(result).toMatchObject({ balanced: true, missing: 0 });
      expect(result.acknowledged).toBeGreaterThan(500);
    },
  );

  test('does not balance for a build that notes how far it has read before it has stored what it read', async () => {
    const result = await runCampaign({
      directory,
      store: 'sqlite',
      collectors: 1,
      seed: 4,
      order: 'checkpoint first',
      faults: Array.from({ length: 4 }, () => 'collector' as const),
    });
    expect(result.balanced).toBe(false);
    expect(result.counts.inferences + result.counts.outcomes).toBeLessThan(result.sent);
  });
});
