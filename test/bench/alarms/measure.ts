import type { Result } from './result.ts';
import type { Rule } from './rule.ts';
import { runOf, type Scenario, type Shift } from './traffic.ts';

/** How often each rule alarms while nothing has changed. */
export function falseAlarms(scenario: Scenario, rules: readonly Rule[], runs: number, seed: number): Result[] {
  const tallies = rules.map(() => ({ windows: 0, signals: 0, runs: 0 }));
  for (let run = 0; run < runs; run++) {
    const { reference, windows } = runOf(scenario, seed + run, scenario.windows);
    rules.forEach((rule, index) => {
      const judge = rule.fit(reference);
      const tally = tallies[index]!;
      let alarmed = false;
      for (const window of windows) {
        const { alarms } = judge(window);
        tally.signals += alarms;
        if (alarms > 0) tally.windows += 1;
        alarmed ||= alarms > 0;
      }
      if (alarmed) tally.runs += 1;
    });
  }
  const windows = runs * scenario.windows;
  return rules.flatMap((rule, index) => {
    const tally = tallies[index]!;
    const result = (metric: string, value: number): Result => ({
      scenario: scenario.name,
      rule: rule.name,
      metric,
      value,
    });
    return [
      result('windows with a false alarm', tally.windows / windows),
      result('false alarms a window', tally.signals / windows),
      result('runs with any false alarm', tally.runs / runs),
    ];
  });
}

/** Median windows until a rule alarms on the feature that was shifted; `null` when it mostly does not within `limit`. */
export function delays(
  scenario: Scenario,
  shift: Shift,
  rules: readonly Rule[],
  runs: number,
  limit: number,
  seed: number,
): Result[] {
  const found = rules.map((): number[] => []);
  for (let run = 0; run < runs; run++) {
    const { reference, windows } = runOf(scenario, seed + run, limit, shift);
    rules.forEach((rule, index) => {
      const judge = rule.fit(reference);
      const at = windows.findIndex((window) => judge(window).first);
      found[index]!.push(at < 0 ? Number.POSITIVE_INFINITY : at + 1);
    });
  }
  return rules.map((rule, index) => {
    const median = found[index]!.sort((a, b) => a - b)[Math.floor(runs / 2)]!;
    return {
      scenario: `${scenario.name}: ${shift.name}`,
      rule: rule.name,
      metric: 'median windows to the alarm',
      value: Number.isFinite(median) ? median : null,
    };
  });
}
