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
    'over three collectors, broker, PostgreSQL and app leaves every event counted once',
    async () => {
      const result = await runCampaign({ directory, store: 'postgres', collectors: 3, faults: 6, seed: 3 });
      expect(result.wrongWindows).toEqual([]);
      expect(result.counts).toMatchObject({
        inferences: result.expected.inferences,
        outcomes: result.expected.outcomes,
        joinedOutcomes: result.expected.labelled,
      });
      expect(result.missing).toBe(0);
      expect(result.acknowledged).toBeGreaterThan(500);
    },
  );

  test.skipIf(postgresMissing() !== undefined)(
    'in which collectors stand still until others have taken over, and then go on, leaves every event counted once',
    async () => {
      const result = await runCampaign({
        ...{ directory, store: 'postgres', collectors: 3, faults: 2, seed: 5, only: ['pause'] },
      });
      expect(result.wrongWindows).toEqual([]);
      expect(result).toMatchObject({ balanced: true, faults: { pause: 2 } });
    },
  );

  test('does not balance for a build that notes how far it has read before it has stored what it read', async () => {
    const result = await runCampaign({
      ...{ directory, store: 'sqlite', collectors: 1, faults: 6, seed: 4, only: ['collector'] },
      order: 'checkpoint first',
    });
    expect(result.balanced).toBe(false);
    expect(result.counts.inferences + result.counts.outcomes).toBeLessThan(result.sent);
  });
});
