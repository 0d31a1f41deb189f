import { describe, expect, test } from 'vitest';
import { isPlumblineError } from '../errors.ts';
import { parseSpec, specSettings } from './spec.ts';

describe('a spec', () => {
  test('needs no more than the columns', () => {
    const spec = parseSpec('columns: [{ name: income, role: feature }]', 'spec.yaml');
    expect(spec.model).toBe('replay');
    expect(spec.undeclared).toBe('error');
    expect(spec.budget).toEqual({ mode: 'calendar', hours: 720, alpha: 0.05 });
  });

  test('takes numbers where YAML reads numbers: classes, mapped values, groups', () => {
    const spec = parseSpec(
      `positive: 1
favourable: 0
columns:
  - { name: risk, role: prediction, values: { Low: 0, High: 1 } }
  - { name: zone, role: group }
groups: [{ attribute: zone, reference: 7 }]`,
      'spec.yaml',
    );
    expect(spec).toMatchObject({ positive: '1', favourable: '0', groups: [{ reference: '7' }] });
    expect(spec.columns[0]?.values).toEqual({ Low: '0', High: '1' });
  });

  test('declares times and segments as a model does, of columns that are there', () => {
    const text = (by: string) => `columns:
  - { name: at, role: feature, type: timestamp }
  - { name: channel, role: feature }
segments: { ${by}: [web, 1] }`;
    const settings = specSettings(parseSpec(text('channel'), 'spec.yaml'), { windowMs: 1_000, referenceRows: 50 });
    expect(settings.features).toEqual([{ name: 'at', type: 'timestamp' }]);
    expect(settings.segments).toEqual([{ by: 'channel', values: ['web', '1'] }]);
    expect(() => parseSpec(text('chanel'), 'spec.yaml')).toThrow(
      'segments.chanel: no column has name "chanel" and role feature or group',
    );
  });

  test('lets a sensitive attribute be a feature too, and becomes the settings of a model', () => {
    const spec = parseSpec(
      `model: credit
sampledRows: 20
columns:
  - { name: sex, role: feature, type: category }
  - { name: sex, role: group }
  - { name: age, role: feature, type: number }
  - { name: approved, role: prediction }
groups: [{ attribute: sex, reference: male }]`,
      'spec.yaml',
    );
    const settings = specSettings(spec, { windowMs: 3_600_000, referenceRows: 50 });
    expect(settings).toMatchObject({
      name: 'credit',
      window: 3_600_000,
      outcomeDelay: 0,
      sampledRows: 20,
      reference: { rows: 50 },
      groups: [{ attribute: 'sex', reference: 'male' }],
      features: [
        { name: 'sex', type: 'category' },
        { name: 'age', type: 'number' },
      ],
    });
  });

  test.each([
    ['columns: [{ name: a, role: feature }', 'not YAML'],
    ['', 'columns'],
    ['columns: []', 'columns'],
    ['columns: [{ name: a, role: target }]', 'columns[0].role'],
    ['columns: [{ name: a, role: feature, kind: x }]', 'kind'],
    ['columns: [{ name: a, role: feature, type: date }]', 'a feature column cannot have type date'],
    ['columns: [{ name: a, role: feature }, { name: a, role: feature }]', 'named twice as feature'],
    ['columns: [{ name: a, role: feature }, { name: a, role: ignore }]', 'ignored and used at once'],
    ['columns: [{ name: a, role: label }, { name: b, role: label }, { name: c, role: feature }]', '"a" is the label'],
    ['columns: [{ name: a, role: id }]', 'nothing to watch'],
    ['columns: [{ name: a, role: feature }]\ngroups: [{ attribute: sex }]', 'no column has name "sex" and role group'],
    ['columns: [{ name: a, role: feature }]\nbudget: { hours: -1 }', 'budget.hours'],
    ['columns: [{ name: a, role: feature }]\nwindow: soon', 'window'],
  ])('that says %j is refused and told why', (text, reason) => {
    let caught: unknown;
    try {
      parseSpec(text, 'spec.yaml');
    } catch (error) {
      caught = error;
    }
    expect(isPlumblineError(caught, 'BAD_SPEC')).toBe(true);
    expect(String(caught)).toContain('spec.yaml: ');
    expect(String(caught)).toContain(reason);
  });
});
