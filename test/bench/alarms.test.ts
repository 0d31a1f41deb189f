import { beforeAll, describe, expect, it } from 'vitest';
import { problemsOf } from './alarms/acceptance.ts';
import { rules, sections } from './alarms/plan.ts';
import { published } from './alarms/published.ts';
import type { Result } from './alarms/result.ts';

let results: readonly Result[] = [];

beforeAll(() => {
  results = sections('quick', 2_026).flatMap(({ measure }) => measure());
}, 600_000);

function value(scenario: string, rule: string, metric: string): number | null {
  const found = results.find(
    (result) => result.scenario === scenario && result.rule === rule && result.metric.startsWith(metric),
  );
  if (found === undefined) throw new Error(`the bench has no ${metric} of ${rule} on ${scenario}`);
  return found.value;
}

const ruleNamed = (name: string) => rules.find((rule) => rule.name === name)!;

describe('the acceptance check', () => {
  it.each(['Plumbline', 'Plumbline, lifetime'])('lets %s pass', (name) => {
    expect(problemsOf(ruleNamed(name), results)).toEqual([]);
  });

  it('fails a rule that always fires and one that never does', () => {
    expect(problemsOf(ruleNamed('always fires'), results).length).toBeGreaterThan(5);
    expect(problemsOf(ruleNamed('never fires'), results).length).toBeGreaterThan(2);
  });

  it('fails our own detectors without their cures', () => {
    expect(problemsOf(ruleNamed('Plumbline without its cures'), results).length).toBeGreaterThan(1);
  });

  it('fails every published rule', () => {
    for (const rule of rules.filter(({ name }) => !name.startsWith('Plumbline'))) {
      expect(problemsOf(rule, results), rule.name).not.toEqual([]);
    }
  });
});

describe('what was published', () => {
  it('stands beside a row of the bench, each figure', () => {
    const rows = new Set(results.map(({ scenario, rule, metric }) => `${scenario}; ${rule}; ${metric}`));
    const missing = Object.entries(published).flatMap(([scenario, byRule]) =>
      Object.entries(byRule).flatMap(([rule, figures]) =>
        Object.keys(figures).flatMap((metric) => {
          const name = `${scenario}; ${rule}; ${metric}`;
          // Of these the short version has fewer features, windows and rows.
          return rows.has(name) || /200 clean features| in \d+ (windows|rows)$/.test(name) ? [] : [name];
        }),
      ),
    );
    expect(missing).toEqual([]);
  });
});

describe('traffic in which nothing changed', () => {
  it.each(['clusters of 5', 'clusters of 20', 'AR(.9)', 'daily season'])(
    'with %s raises no alarm, but does without the cures',
    (scenario) => {
      expect(value(scenario, 'Plumbline', 'runs with any')).toBe(0);
      expect(value(scenario, 'Plumbline without its cures', 'runs with any')).toBe(1);
    },
  );

  it('raises alarms by the published rules', () => {
    expect(value('small windows', 'Evidently PSI >= .1', 'windows with')).toBeGreaterThan(0.9);
    expect(value('clusters of 20', 'Alibi-Detect p < .05 / d', 'windows with')).toBeGreaterThan(0.9);
    expect(value('independent rows', 'NannyML JS mean + 3 sd', 'windows with')).toBeGreaterThan(0.1);
  });
});

/** Published values; the tolerance is what few runs need. */
describe('published studies come out again', () => {
  const near = (measured: number | null, published: number, share: number): void => {
    expect(measured).not.toBeNull();
    expect(Math.abs(measured! - published) / published, `${measured} for ${published}`).toBeLessThan(share);
  };

  it.each([
    ['CUSUM that knows the rate', 497, 91.6, 76.9],
    ['e-SR mixture', 518, 117.8, 78.2],
    ['e-CUSUM mixture', 500, 109.7, 99.7],
  ])('a coin: %s', (rule, wait, fromStart, after200) => {
    near(value('coin .5 to .6', rule, 'throws'), wait, 0.1);
    near(value('coin .5 to .6', rule, 'delay after 0'), fromStart, 0.12);
    near(value('coin .5 to .6', rule, 'delay after 200'), after200, 0.15);
  });

  it.each([
    [0.25, 1.157, 99.7],
    [0.5, 1.338, 36.4],
    [1, 1.785, 12.3],
  ])('Shiryaev-Roberts for a shift of %d', (theta, wait, delay) => {
    near(value(`N(0, 1) to N(${theta}, 1)`, 'Shiryaev-Roberts at 1000', 'wait'), wait, 0.3);
    near(value(`N(0, 1) to N(${theta}, 1)`, 'Shiryaev-Roberts at 1000', 'delay'), delay, 0.15);
  });

  it('both guarantees hold', () => {
    expect(value('N(0, 1)', 'one false alarm in 10 000 windows', 'false alarm within 5000')).toBeLessThan(0.5);
    expect(value('N(0, 1)', 'any false alarm at most 5 %', 'false alarm within 5000')).toBeLessThan(0.09);
    near(value('N(0, 1)', 'any false alarm at most 5 %', 'delay of 1 sd'), 28, 0.4);
  });

  it('the reference as truth alarms, its upper bound does not', () => {
    const scenario = '30 clean features, reference 10000, window 1000';
    expect(value(scenario, 'e-detector', 'features')).toBe(0);
    expect(value(scenario, 'e-detector that takes the reference for the truth', 'features')).toBeGreaterThan(15);
  });

  it.each([
    ['mean by .1 sd', 15, null, 16.5],
    ['mean by .2 sd', 2, 5, 1],
    ['mean by .5 sd', 1, 1, 1],
    ['scale by 1.1', 14, null, 8],
    ['scale by 1.25', 2, 3, 1],
    ['one decile by 1.3', 8, 27.5, 19.5],
    ['mean by .1 sd, windows of 5000', 2, 7.5, 1],
  ])('power: %s', (scenario, without, withTolerance, chiSquare) => {
    const metric = 'median windows';
    const close = (measured: number | null, published: number | null): void => {
      if (published === null) expect(measured).toBeNull();
      else expect(Math.abs((measured ?? Number.POSITIVE_INFINITY) - published)).toBeLessThan(1 + published * 0.6);
    };
    close(value(scenario, 'e-detector', metric), without);
    close(value(scenario, 'e-detector with tolerance', metric), withTolerance);
    close(value(scenario, 'chi-square p < .05 / 200', metric), chiSquare);
  });

  it('no rule with as few false alarms sees a shift of .1 sd or .1 of the spread at all, but the e-detector does', () => {
    for (const scenario of ['mean by .1 sd', 'scale by 1.1', 'mean by .05 sd, reference 100 000']) {
      expect(value(scenario, 'e-detector', 'median windows')).toBeLessThan(60);
      for (const rule of ['PSI', 'chi-square', 'KS'])
        expect(value(scenario, `${rule}, false alarms as ours`, 'median windows')).toBeNull();
    }
  });

  it.each(['0.05 to 0.1', '0.2 to 0.25'])(
    'with false alarms made equal none sees errors go from %s much sooner than the e-detector',
    (change) => {
      const scenario = `errors ${change} after 2000, one false alarm in 2000`;
      const own = value(scenario, 'e-detector', 'median')!;
      for (const rule of ['DDM', 'HDDM-A', 'HDDM-W', 'Page-Hinkley', 'ADWIN']) {
        const wait = value(`errors at ${change.split(' ')[0]}, one false alarm in 2000`, rule, 'events')!;
        expect(wait, rule).toBeGreaterThanOrEqual(2_000);
        expect(own / (value(scenario, rule, 'median') ?? Number.POSITIVE_INFINITY), rule).toBeLessThan(1.4);
      }
    },
  );

  it('a season: a null for each hour sees at once what one for all hours sees late, both without a false alarm', () => {
    const scenario = 'windows follow the hour of the day by .2 sd';
    expect(value(scenario, 'rows taken as independent', 'runs')).toBe(1);
    expect(value(scenario, 'one null for all hours', 'runs')).toBe(0);
    expect(value(scenario, 'a null for each hour of the day', 'runs')).toBe(0);
    expect(value(scenario, 'one null for all hours', 'median')).toBeGreaterThanOrEqual(3);
    expect(value(scenario, 'a null for each hour of the day', 'median')).toBe(1);
  });

  it.each(['clusters of 20 equal rows', 'windows wander, AR(.9) of .1 sd'])('dependence: %s', (scenario) => {
    expect(value(scenario, 'rows taken as independent', 'runs')).toBeGreaterThan(0.9);
    expect(value(scenario, 'measured design effects', 'runs')).toBeLessThanOrEqual(0.05);
  });

  it('fairness gaps are seen, tolerated ones are not', () => {
    expect(value('no gap, .05 tolerated, minority of 10 %', 'pairing', 'runs')).toBe(0);
    near(value('gap .2, .05 tolerated, minority of 10 %', 'pairing', 'median'), 3_400, 0.5);
    near(value('gap .1, .05 tolerated, even groups', 'pairing', 'median'), 5_900, 0.4);
  });

  it('promotions are as quick as with a fixed number of rows, and seldom wrong', () => {
    near(value('candidate better by .04, .10 discordant', 'paired e-process', 'median'), 376, 0.6);
    near(value('equal, not worse by .02, .10 discordant', 'paired e-process', 'median'), 1_627, 0.5);
    expect(value('worse by exactly the margin of .02', 'paired e-process', 'promoted')).toBeLessThan(0.16);
    expect(value('canary worse by 0, error rate .1', 'canary gate', 'rolled back')).toBeLessThan(0.16);
  });

  it('detectors of the literature are as late and as noisy as published', () => {
    expect(value('errors at 0.3', 'HDDM-W', 'false alarms')).toBeGreaterThan(10);
    near(value('errors 0.1 to 0.4 after 5000', 'ADWIN', 'median'), 56, 0.9);
    near(value('errors 0.1 to 0.4 after 5000', 'Page-Hinkley', 'median'), 154, 0.5);
    near(value('errors 0.1 to 0.4 after 5000', 'e-detector, one false alarm in 100 000 events', 'median'), 31, 0.6);
  });
});
