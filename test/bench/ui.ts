import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openBrowser } from '../../plugin/test/testing/browser.ts';
import { formatReport, type Measurement } from './report.ts';
import { type Journey, measurePage } from './ui/measure-page.ts';
import { startFleet } from './ui/start-fleet.ts';

/**
 * `npm run bench:ui`: how soon the pages are of use with a fleet of a thousand models behind them, and whether they ever
 * stop answering; in a real browser with a warm cache, through the host page, over the real collector. `-- --json` prints
 * one document, `--models N` another fleet, `--runs N` more readings, `--store FILE` keeps the seeded store for the next
 * run. Exit code 1 when a page takes more than a second or a task more than 200 ms.
 */
const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    models: { type: 'string', default: '1000' },
    runs: { type: 'string', default: '5' },
    store: { type: 'string' },
  },
});
const usefulLimitMs = 1_000;
const taskLimitMs = 200;

const journeys: Readonly<Record<string, Journey>> = {
  Fleet: {
    path: '/models',
    useful: 'tbody tr:nth-child(20)',
    async use(page) {
      await page.getByRole('button', { name: 'Sort column Rows per hour' }).click();
      await page.getByRole('button', { name: 'Sort column Model' }).click();
      await page.getByPlaceholder(/Search by model/).pressSequentially('model-09', { delay: 40 });
      await page.locator('tbody tr').first().getByText('model-09').first().waitFor();
      await page.getByPlaceholder(/Search by model/).fill('');
      await page
        .getByRole('button', { name: /page 2/i })
        .or(page.getByRole('button', { name: '2', exact: true }))
        .first()
        .click();
      await page.mouse.wheel(0, 2_000);
    },
  },
  'A model': {
    path: '/models/model-0008/overview',
    useful: '[data-testid$="Panel header What is wrong"] , section[aria-label="What is wrong"]',
    async use(page) {
      await page.getByRole('tab', { name: 'Drift' }).click();
      await page.getByText('Evidence over time').waitFor();
      await page.getByRole('tab', { name: 'Fairness' }).click();
      await page
        .getByText(/by sex/)
        .first()
        .waitFor();
    },
  },
};

const directory = await mkdtemp(join(tmpdir(), 'plumbline-bench-ui-'));
const models = Number(values.models);
process.stderr.write(`seeding ${models} models\n`);
const fleet = await startFleet({ directory, models, clock: Date.now, store: values.store });
const results: Measurement[] = [];
try {
  const browser = await openBrowser();
  try {
    for (const [name, journey] of Object.entries(journeys)) {
      const times = await measurePage(browser, fleet.host.url, journey, Number(values.runs));
      results.push(
        { metric: `${name}: useful after`, value: median(times.map(({ usefulMs }) => usefulMs)), unit: 'ms' },
        {
          metric: `${name}: of that, after the host`,
          value: median(times.map((time) => time.afterHostMs)),
          unit: 'ms',
        },
        { metric: `${name}: longest task`, value: Math.max(...times.map((time) => time.longestTaskMs)), unit: 'ms' },
        {
          metric: `${name}: longest task of the host's start`,
          value: Math.max(...times.map((time) => time.longestStartTaskMs)),
          unit: 'ms',
        },
      );
    }
  } finally {
    await browser.close();
  }
  results.push({ metric: 'GET /v1/models, 500 models', value: await listingMs(), unit: 'ms' });
} finally {
  await fleet.stop();
  await rm(directory, { recursive: true, force: true });
}

process.stdout.write(
  formatReport(
    {
      name: 'ui',
      results,
      notes: [
        `${models} models, warm cache. The start of the host page (all of Grafana's packages) is in "useful after"; its tasks are Grafana's, not the plugin's, and are told apart.`,
      ],
    },
    values.json ? 'json' : 'table',
  ),
);
const isSlow = results.some(
  ({ metric, value }) =>
    (metric.endsWith('useful after') && !(value <= usefulLimitMs)) ||
    (metric.endsWith('longest task') && !(value <= taskLimitMs)),
);
process.exitCode = isSlow ? 1 : 0;

/** One page of the list, through the proxy, median of five. */
async function listingMs(): Promise<number> {
  const times: number[] = [];
  for (let run = 0; run < 5; run++) {
    const started = performance.now();
    const answer = await fetch(`${fleet.host.url}/api/plugin-proxy/plumbline-models-app/v1/models?limit=500`, {
      headers: { cookie: 'host_user=ada' },
    });
    if (!answer.ok) throw new Error(`GET /v1/models answered ${answer.status}: ${await answer.text()}`);
    await answer.arrayBuffer();
    times.push(performance.now() - started);
  }
  return median(times);
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((left, right) => left - right)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}
