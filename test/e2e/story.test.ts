import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';
import { openAs, openBrowser } from '../../plugin/test/testing/browser.ts';
import { type Stop, walk } from '../../plugin/test/testing/walk.ts';
import { demoModel } from '../demo/settings.ts';
import { repositoryRoot } from '../setup/commands.mjs';
import { type Prometheus, prometheusMissing, startPrometheus } from '../stack/prometheus.ts';
import { provisionedQueries } from './provisioned-queries.ts';

interface DemoOutcome {
  readonly ok: boolean;
  readonly problem?: string;
  readonly steps: readonly { readonly name: string; readonly at: number; readonly detail: string }[];
  readonly counts: { readonly sent: number; readonly stored: number; readonly dropped: number };
}

interface Play {
  readonly code: number | null;
  readonly outcome: DemoOutcome;
  readonly told: string;
}

interface Spectator {
  /** Called as soon as the collector runs. */
  readonly begin: (metricsUrl: string) => Promise<void>;
  /** Called when the story has been told and everything still runs. */
  readonly lookAround: (hostUrl: string) => Promise<void>;
}

/** Runs the demo as a person would: watches the story, looks around when it has been told, and ends it with Ctrl-C. */
function playDemo(args: readonly string[], { begin, lookAround }: Spectator): Promise<Play> {
  const demo = path.join(import.meta.dirname, '../demo/demo.ts');
  const child = spawn(process.execPath, [demo, '--json', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const told: string[] = [];
  let last = '';
  let hostUrl = '';
  let began = Promise.resolve();
  createInterface(child.stderr).on('line', (line) => {
    told.push(line);
    hostUrl ||= /look at it: (\S+)/.exec(line)?.[1] ?? '';
    const metricsUrl = /Prometheus can scrape (\S+)/.exec(line)?.[1];
    if (metricsUrl !== undefined) began = begin(metricsUrl);
    if (line.startsWith('The story has been told'))
      void began.then(() => lookAround(hostUrl)).finally(() => child.kill('SIGINT'));
  });
  createInterface(child.stdout).on('line', (line) => {
    last = line;
  });
  return new Promise((resolve, reject) => {
    child.on('close', (code) => {
      try {
        resolve({ code, outcome: JSON.parse(last) as DemoOutcome, told: told.join('\n') }); // its documented last line
      } catch (cause) {
        reject(new Error(`the demo printed no outcome:\n${told.join('\n')}`, { cause }));
      }
    });
  });
}

const visits: readonly Stop[] = [
  ['/models', demoModel],
  [`/models/${demoModel}/overview`, 'What is wrong'],
  [`/models/${demoModel}/drift`, 'subsidised'],
  [`/models/${demoModel}/performance`, 'Confusion matrix'],
  [`/models/${demoModel}/fairness`, 'female'],
  [`/models/${demoModel}/data-quality`, 'Checks in the latest window'],
  [`/models/${demoModel}/versions`, 'Champion'],
  [`/models/${demoModel}/alerts`, 'Audit trail'],
  ['/alerts', 'No alert is open'],
  ['/retrain', demoModel],
  ['/webhooks', 'trainer'],
  ['/audit', 'records that have been read'],
  ['/settings', 'You are Ada'],
];

/** Opens every page in dark and light; returns what a person would not see but mind. */
async function visitPages(hostUrl: string): Promise<string[]> {
  const browser = await openBrowser();
  try {
    const context = await browser.newContext({ viewport: { width: 1440, height: 1000 } });
    const problems: string[] = [];
    for (const theme of ['dark', 'light']) {
      const session = await openAs(context, hostUrl, 'ada', `/models?theme=${theme}`);
      await walk(session.page, visits, (path) => {
        problems.push(...session.problems.splice(0).map((problem) => `${path} (${theme}): ${problem}`));
      });
      await session.close();
    }
    return problems;
  } finally {
    await browser.close();
  }
}

/** Scrapes the collector every second, so that rates have something to go by. */
function watchMetrics(directory: string, metricsUrl: string): Promise<Prometheus> {
  const { host, pathname } = new URL(metricsUrl);
  return startPrometheus({
    directory,
    configuration: {
      global: { scrape_interval: '1s', evaluation_interval: '1s' },
      rule_files: [path.join(repositoryRoot, 'provisioning/prometheus/rules.yml')],
      scrape_configs: [{ job_name: 'plumbline', metrics_path: pathname, static_configs: [{ targets: [host] }] }],
    },
  });
}

/** Queries of the provisioned dashboards and rules that find nothing, or that Prometheus refuses. */
async function askProvisioned(prometheus: Prometheus): Promise<string[]> {
  const variables = {
    model: demoModel,
    environment: 'production',
    performance: 'errorRate',
    fairness: 'selectionRate',
    __rate_interval: '30s',
    __range: '5m',
  };
  const problems: string[] = [];
  for (const { where, expression } of provisionedQueries(variables)) {
    const series = await prometheus.query(expression).catch((error: unknown) => String(error));
    if (typeof series === 'string') problems.push(`${where}: ${series}: ${expression}`);
    else if (!series.some(({ value }) => Number.isFinite(value))) problems.push(`${where}: no data: ${expression}`);
  }
  return problems;
}

describe('the story of the demo', () => {
  it('is played to its end although the collector is killed in the middle; every event is stored once; its pages have nothing to complain about; dashboards and rules find data', async () => {
    const missing = prometheusMissing();
    if (missing !== undefined) console.warn(`dashboards and rules are not asked: ${missing}`);
    const directory = await mkdtemp(path.join(tmpdir(), 'plumbline-story-'));
    let prometheus: Prometheus | undefined;
    let complaints: readonly string[] = ['nobody looked'];
    let unanswered: readonly string[] = [];
    const { code, outcome, told } = await playDemo(['--kill-collector'], {
      begin: async (metricsUrl) => {
        if (missing === undefined) prometheus = await watchMetrics(directory, metricsUrl);
      },
      lookAround: async (hostUrl) => {
        complaints = await visitPages(hostUrl).catch((error: unknown) => [String(error)]);
        if (prometheus !== undefined) unanswered = await askProvisioned(prometheus);
      },
    }).finally(async () => {
      await prometheus?.stop();
      await rm(directory, { recursive: true, force: true });
    });
    expect(outcome.problem, told).toBeUndefined();
    expect(outcome.ok).toBe(true);
    // What a shell expects of a program that was interrupted.
    expect(code).toBe(130);
    expect(outcome.counts.dropped).toBe(0);
    expect(outcome.counts.stored).toBe(outcome.counts.sent);
    expect(outcome.counts.sent).toBeGreaterThan(10_000);
    const names = outcome.steps.map((step) => step.name);
    expect(names).toContain('the collector is killed');
    expect(names).toContain('version 2 is promoted');
    expect(names).toContain('version 3 is rolled back');
    expect(complaints).toEqual([]);
    expect(unanswered).toEqual([]);
  }, 400_000);
});
