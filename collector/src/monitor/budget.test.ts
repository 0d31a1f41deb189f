import { describe, expect, test } from 'vitest';
import { type BudgetSettings, budgetSettings, modelSettings } from '../config/settings.ts';
import {
  alarmLog,
  countStreams,
  lifetimeStreamWeight,
  type StreamCounts,
  streamWeight,
  windowWeight,
} from './budget.ts';
import { hourMs, sampleReference, sampleSettings, type Traffic, unlabelledReference } from './sampleTraffic.ts';
import { alarms, findingOf, watchTraffic } from './watchWindows.ts';

function counts(risk: number, fairness: number, inputs: number): StreamCounts {
  const segments = { risk: 0, fairness: 0, inputs: 0 };
  return { risk, fairness, inputs, segments, total: risk + fairness + inputs };
}

describe('the weights of streams', () => {
  test.each([[counts(3, 4, 100)], [counts(1, 0, 7)], [counts(0, 0, 1)], [counts(0, 2, 0)]])(
    'of %o sum to 1: the budget is spent once',
    (streams) => {
      const total = (['risk', 'fairness', 'inputs'] as const).reduce(
        (sum, name) => sum + streams[name] * streamWeight(streams, name),
        0,
      );
      expect(total).toBeCloseTo(1, 12);
    },
  );

  test('of a model with segments sum to 1, and leave the whole four fifths', () => {
    const streams = { ...counts(3, 4, 100), segments: { risk: 6, fairness: 0, inputs: 200 } };
    const shares = ['', 'channel=web'].map((segment) =>
      (['risk', 'fairness', 'inputs'] as const).reduce(
        (sum, name) =>
          sum + (segment === '' ? streams : streams.segments)[name] * streamWeight(streams, name, segment || undefined),
        0,
      ),
    );
    expect(shares[0]).toBeCloseTo(0.8, 12);
    expect(shares[1]).toBeCloseTo(0.2, 12);
  });

  test('of a lifetime are those of one version: each declared segment has its part, with rows or without', () => {
    const settings = modelSettings.parse({ name: 'credit', segments: { channel: ['web'], region: ['a', 'b'] } });
    const own = counts(3, 4, 100);
    const spent = (segment?: string) =>
      (['risk', 'fairness', 'inputs'] as const).reduce(
        (sum, name) => sum + own[name] * lifetimeStreamWeight(settings, own, name, segment),
        0,
      );
    expect(spent()).toBeCloseTo(0.8, 12);
    expect(5 * spent('channel=web')).toBeCloseTo(0.2, 12);
    expect(lifetimeStreamWeight(sampleSettings, own, 'risk')).toBe(streamWeight(own, 'risk'));
  });

  test('give half to outputs and errors, a quarter each to groups and to inputs', () => {
    const streams = counts(2, 5, 50);
    expect(streamWeight(streams, 'risk')).toBeCloseTo(0.25, 12);
    expect(streamWeight(streams, 'fairness')).toBeCloseTo(0.05, 12);
    expect(streamWeight(streams, 'inputs')).toBeCloseTo(0.005, 12);
  });

  test('set the alarm level to budget over weight, or 1 / alpha over weight', () => {
    expect(Math.exp(alarmLog(budgetSettings.parse({ hours: 720 }), 0.005))).toBeCloseTo(144_000, 6);
    expect(Math.exp(alarmLog(budgetSettings.parse({ mode: 'lifetime', alpha: 0.05 }), 0.005))).toBeCloseTo(4_000, 8);
  });
});

test('windows weigh their hours, or spend a share of the lifetime that sums to at most 1', () => {
  expect(windowWeight(budgetSettings.parse({}), 90 * 60_000, 7)).toBe(1.5);
  const lifetime = budgetSettings.parse({ mode: 'lifetime' });
  let spent = 0;
  for (let window = 1; window <= 100_000; window++) spent += windowWeight(lifetime, 60_000, window);
  expect(spent).toBeGreaterThan(0.9);
  expect(spent).toBeLessThan(1);
});

describe('streams', () => {
  const reference = sampleReference({ rows: 300, features: 2 }, 4, 1);

  test('are counted over all models and versions', () => {
    // x0, x1, city and their missing values, latency, failures, duplicates; score, prediction, errors that scores let
    // expect, error rate, order of scores; two groups, one gap.
    const one = countStreams([{ settings: sampleSettings, reference }]);
    expect(one).toEqual(counts(5, 3, 9));
    const two = countStreams([
      { settings: sampleSettings, reference },
      { settings: { ...sampleSettings, name: 'other' }, reference },
    ]);
    expect(two).toEqual(counts(10, 6, 18));
    const prompt = { ...sampleSettings, outcomeDelay: sampleSettings.window };
    // Calibration too.
    expect(countStreams([{ settings: prompt, reference }])).toEqual(counts(6, 3, 9));
    expect(countStreams([])).toEqual(counts(0, 0, 0));
  });

  test('need labels for errors, and enough rows for a group', () => {
    const unlabelled = unlabelledReference({ rows: 300, features: 2 }, 4, 1);
    expect(countStreams([{ settings: sampleSettings, reference: unlabelled }]).risk).toBe(2);
    const demanding = { ...sampleSettings, minimumGroupRows: 600 };
    expect(countStreams([{ settings: demanding, reference }]).fairness).toBe(1);
  });
});

describe('the budget of a deployment', () => {
  const clean: Traffic = { rows: 500, features: 10 };
  const reference = sampleReference(clean, 20, 1);
  const step = (budget: BudgetSettings, streams?: StreamCounts) =>
    findingOf(
      watchTraffic(reference, clean, 1, 120_000, { budget, ...(streams === undefined ? {} : { streams }) }).findings[0],
      'feature:x0',
    );

  test('of more hours raises the alarm level by their logarithm, and of more streams as well', () => {
    const one = step(budgetSettings.parse({ hours: 100 }));
    expect(step(budgetSettings.parse({ hours: 1_000 })).evidence?.alarmLog).toBeCloseTo(
      (one.evidence?.alarmLog ?? 0) + Math.log(10),
      9,
    );
    const streams = countStreams([{ settings: sampleSettings, reference }]);
    const doubled = {
      risk: streams.risk * 2,
      fairness: streams.fairness * 2,
      inputs: streams.inputs * 2,
      segments: streams.segments,
      total: streams.total * 2,
    };
    expect(step(budgetSettings.parse({ hours: 100 }), doubled).evidence?.alarmLog).toBeCloseTo(
      (one.evidence?.alarmLog ?? 0) + Math.log(2),
      9,
    );
  });

  test('counts event time: a window of a day brings 24 times the weight of one of an hour', () => {
    const logs = [1, 24].map((hours) => {
      const { findings } = watchTraffic(reference, { rows: 0 }, 1, 1, { windowMs: hours * hourMs });
      return findingOf(findings[0], 'feature:x0').evidence?.log ?? Number.NaN;
    });
    expect(logs[0]).toBeCloseTo(0, 9);
    expect(logs[1]).toBeCloseTo(Math.log(24), 9);
  });

  test('of a lifetime ignores how many other models there are, and how long windows are', () => {
    const lifetime = budgetSettings.parse({ mode: 'lifetime', alpha: 0.05 });
    const alone = step(lifetime);
    const streams = countStreams([{ settings: sampleSettings, reference }]);
    const crowd = { ...streams, risk: 500, fairness: 500, inputs: 5_000, total: 6_000 };
    expect(step(lifetime, crowd)).toEqual(alone);
    expect(alone.evidence?.alarmLog).toBeCloseTo(Math.log(20 * 4 * streams.inputs), 9);
    expect(alarms(watchTraffic(reference, clean, 100, 130_000, { budget: lifetime }).findings)).toEqual([]);
    expect(
      alarms(watchTraffic(reference, { ...clean, shift: 0.6 }, 10, 140_000, { budget: lifetime }).findings).length,
    ).toBeGreaterThan(0);
  });
});
