import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startControlledStack } from '../faults/controlled-stack.ts';
import { formatReport } from './report.ts';

/**
 * `npm run bench:rollback`: how long from the click that rolls back until every SDK instance routes without the version
 * that was rolled back, through the real collector, store and broker.
 */
const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '100' },
    instances: { type: 'string', default: '10' },
  },
});
const rounds = Number(values.rounds);
const instances = Number(values.instances);

const directory = mkdtempSync(join(tmpdir(), 'plumbline-rollback-'));
try {
  const world = await startControlledStack(directory);
  try {
    const apps = Array.from({ length: instances }, () => {
      const seen: { revision: number; waiting: () => void } = { revision: 0, waiting: () => {} };
      world.startApp().onRouting(({ revision }) => {
        seen.revision = revision;
        seen.waiting();
      });
      return seen;
    });
    const allAt = (revision: number) =>
      Promise.all(
        apps.map(
          (app) =>
            new Promise<void>((resolve) => {
              app.waiting = () => {
                if (app.revision >= revision) resolve();
              };
              app.waiting();
            }),
        ),
      );
    await world.register('1');
    await world.act('promote', { version: '1' });
    await world.register('2');
    for (;;) {
      const found = (await world.versions()).versions.find(({ version }) => version === '2');
      if (found?.state === 'evaluated') break;
      await new Promise((resume) => setTimeout(resume, 100));
    }
    const routing = async () => (await world.versions()).routing?.revision ?? 0;
    await allAt(await routing());

    const reached: number[] = [];
    const answered: number[] = [];
    for (let round = 0; round < rounds; round++) {
      await world.act('shadow', { version: '2' });
      const before = await routing();
      await allAt(before);
      const { revision } = await world.versions();
      const clicked = performance.now();
      const everywhere = allAt(before + 1).then(() => reached.push(performance.now() - clicked));
      await world.act('roll-back', {}, { revision });
      answered.push(performance.now() - clicked);
      await everywhere;
    }
    const of = (times: number[], share: number) =>
      times.toSorted((a, b) => a - b)[Math.min(times.length - 1, Math.floor(share * times.length))] ?? Number.NaN;
    process.stdout.write(
      formatReport(
        {
          name: 'rollback',
          results: [
            { metric: 'every instance follows, median', value: of(reached, 0.5), unit: 'ms' },
            { metric: 'every instance follows, 99th percentile', value: of(reached, 0.99), unit: 'ms' },
            { metric: 'every instance follows, worst', value: Math.max(...reached), unit: 'ms' },
            { metric: 'the click is answered, median', value: of(answered, 0.5), unit: 'ms' },
          ],
          notes: [
            `${rounds} roll-backs of a shadow, ${instances} SDK instances, one machine with everything on it.`,
            'A canary or a champion goes back on the same way: one transaction, one document in the bucket that SDKs watch.',
          ],
        },
        values.json ? 'json' : 'table',
      ),
    );
  } finally {
    await world.stop();
  }
} finally {
  rmSync(directory, { recursive: true, force: true });
}
