import { spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';
import { openAs, openBrowser } from '../../plugin/test/testing/browser.ts';
import { demoModel } from '../demo/settings.ts';

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

/** Runs the demo as a person would: watches the story, looks around when it has been told, and ends it with Ctrl-C. */
function playDemo(args: readonly string[], lookAround: (hostUrl: string) => Promise<void>): Promise<Play> {
  const demo = path.join(import.meta.dirname, '../demo/demo.ts');
  const child = spawn(process.execPath, [demo, '--json', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const told: string[] = [];
  let last = '';
  let hostUrl = '';
  createInterface(child.stderr).on('line', (line) => {
    told.push(line);
    hostUrl ||= /look at it: (\S+)/.exec(line)?.[1] ?? '';
    if (line.startsWith('The story has been told')) void lookAround(hostUrl).finally(() => child.kill('SIGINT'));
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

const visits: readonly { readonly path: string; readonly shows: string }[] = [
  { path: '/models', shows: demoModel },
  { path: `/models/${demoModel}/overview`, shows: 'What is wrong' },
  { path: `/models/${demoModel}/drift`, shows: 'subsidised' },
  { path: `/models/${demoModel}/performance`, shows: 'Confusion matrix' },
  { path: `/models/${demoModel}/fairness`, shows: 'female' },
  { path: `/models/${demoModel}/versions`, shows: 'Champion' },
  { path: `/models/${demoModel}/alerts`, shows: 'Audit trail' },
];

/** Opens every page in dark and light; returns what a person would not see but mind. */
async function visitPages(hostUrl: string): Promise<string[]> {
  const browser = await openBrowser();
  try {
    const context = await browser.newContext({ viewport: { width: 1440, height: 1000 } });
    const problems: string[] = [];
    for (const theme of ['dark', 'light']) {
      for (const { path: page, shows } of visits) {
        const session = await openAs(context, hostUrl, 'ada', `${page}?theme=${theme}`);
        await session.page.getByText(shows, { exact: false }).first().waitFor();
        problems.push(...session.problems.map((problem) => `${page} (${theme}): ${problem}`));
        await session.close();
      }
    }
    return problems;
  } finally {
    await browser.close();
  }
}

describe('the story of the demo', () => {
  it('is played to its end although the collector is killed in the middle; every event is stored once; its pages have nothing to complain about', async () => {
    let complaints: readonly string[] = ['nobody looked'];
    const { code, outcome, told } = await playDemo(['--kill-collector'], async (hostUrl) => {
      complaints = await visitPages(hostUrl).catch((error: unknown) => [String(error)]);
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
  }, 400_000);
});
