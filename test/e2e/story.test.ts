import { execFile } from 'node:child_process';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

interface DemoOutcome {
  readonly ok: boolean;
  readonly problem?: string;
  readonly steps: readonly { readonly name: string; readonly at: number; readonly detail: string }[];
  readonly counts: { readonly sent: number; readonly stored: number; readonly dropped: number };
}

/** Runs the demo as a person would and returns its last line. */
function playDemo(
  ...args: string[]
): Promise<{ readonly code: number; readonly outcome: DemoOutcome; readonly told: string }> {
  const demo = path.join(import.meta.dirname, '../demo/demo.ts');
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [demo, '--once', '--json', ...args], { maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      const last = stdout.trim().split('\n').at(-1) ?? '';
      try {
        const outcome = JSON.parse(last) as DemoOutcome; // the demo's documented last line
        resolve({ code: typeof error?.code === 'number' ? error.code : 0, outcome, told: stderr });
      } catch (cause) {
        reject(new Error(`the demo printed no outcome:\n${stderr}`, { cause }));
      }
    });
  });
}

describe('the story of the demo', () => {
  it('is played to its end although the collector is killed in the middle, and every event is stored once', async () => {
    const { code, outcome, told } = await playDemo('--kill-collector');
    expect(outcome.problem, told).toBeUndefined();
    expect(outcome).toMatchObject({ ok: true });
    expect(code).toBe(0);
    expect(outcome.counts.dropped).toBe(0);
    expect(outcome.counts.stored).toBe(outcome.counts.sent);
    expect(outcome.counts.sent).toBeGreaterThan(10_000);
    const names = outcome.steps.map((step) => step.name);
    expect(names).toContain('the collector is killed');
    expect(names).toContain('version 2 is promoted');
    expect(names).toContain('version 3 is rolled back');
  }, 300_000);
});
