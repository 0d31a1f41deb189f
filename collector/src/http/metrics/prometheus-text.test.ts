import { describe, expect, it } from 'vitest';
import { maximumSeries, prometheusText } from './prometheus-text.ts';

const family = (samples: { labels: Record<string, string>; value: number | null }[]) =>
  ({ name: 'plumbline_x', help: 'A thing', type: 'gauge', samples }) as const;

describe('Prometheus text', () => {
  it('has help, type and one line a sample', () => {
    const text = prometheusText([
      family([
        { labels: { model: 'a', version: '1' }, value: 0.5 },
        { labels: {}, value: 2 },
      ]),
    ]);
    expect(text.split('\n').slice(0, 4)).toEqual([
      '# HELP plumbline_x A thing',
      '# TYPE plumbline_x gauge',
      'plumbline_x{model="a",version="1"} 0.5',
      'plumbline_x 2',
    ]);
    expect(text.endsWith('\n')).toBe(true);
  });

  it('leaves out what is not a finite number', () => {
    const text = prometheusText([
      family([
        { labels: { of: 'a' }, value: Number.NaN },
        { labels: { of: 'b' }, value: Number.POSITIVE_INFINITY },
        { labels: { of: 'c' }, value: null },
      ]),
    ]);
    expect(text).not.toMatch(/of=/);
  });

  it('cannot be broken by a name', () => {
    const text = prometheusText([family([{ labels: { model: 'a"} 1\nevil{x="\\' }, value: 1 }])]);
    expect(text).toContain('plumbline_x{model="a\\"} 1\\nevil{x=\\"\\\\"} 1');
    expect(text.split('\n').filter((line) => line.startsWith('evil'))).toEqual([]);
    const long = prometheusText([family([{ labels: { model: '\u{1f600}'.repeat(200) }, value: 1 }])]);
    expect(long.length).toBeLessThan(600);
    expect(long.isWellFormed()).toBe(true);
  });

  it('has a bounded number of series, and says what it left out', () => {
    const samples = Array.from({ length: maximumSeries + 5 }, (_, index) => ({
      labels: { signal: `s${index}` },
      value: 1,
    }));
    const text = prometheusText([family(samples)]);
    expect(text.match(/^plumbline_x\{/gm)).toHaveLength(maximumSeries);
    expect(text).toContain('plumbline_series_left_out 5');
  });
});
