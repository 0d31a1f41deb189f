import { describe, expect, it } from 'vitest';
import { modelOfAlert, modelOfPanel } from './modelOfContext.ts';

const replace = (text: string) => text.replace('$model', 'credit-risk').replace('$many', '{a,b}');
const ours = { type: 'plumbline-models-datasource', uid: 'u' };
const prometheus = { type: 'prometheus', uid: 'p' };

describe('the model of a panel', () => {
  it.each([
    ['names it', [{ refId: 'A', datasource: ours, model: 'fraud' }], 'fraud'],
    ['names it by a variable', [{ refId: 'A', datasource: ours, model: '$model' }], 'credit-risk'],
    [
      'asks for our metrics of it',
      [{ datasource: prometheus, expr: 'plumbline_evidence{model="$model"}' }],
      'credit-risk',
    ],
    ['names it second', [{ datasource: ours }, { datasource: ours, model: 'fraud' }], 'fraud'],
  ])('is there when a query %s', (_, targets, model) => {
    expect(modelOfPanel(targets, replace)).toBe(model);
  });

  it.each([
    ['nothing is asked', undefined],
    ['several are meant', [{ datasource: ours, model: '$many' }]],
    ['the variable is unknown', [{ datasource: ours, model: '$other' }]],
    [
      'metrics of something else have a label of that name',
      [{ datasource: prometheus, expr: 'gpu_watts{model="a100"}' }],
    ],
    ["another data source's query has a model", [{ datasource: { type: 'x' }, model: 'fraud' }]],
    ['a query is no object', [null, 'x']],
  ])('is not guessed when %s', (_, targets) => {
    expect(modelOfPanel(targets, replace)).toBeNull();
  });
});

describe('the model of an alert', () => {
  it.each([
    ['an instance', { instance: { labels: { model: 'fraud' } } }],
    ['a rule', { rule: { labels: { model: 'fraud' } } }],
    ['a context with labels of its own', { labels: { model: 'fraud' } }],
  ])('is the label of %s', (_, context) => {
    expect(modelOfAlert(context)).toBe('fraud');
  });

  it('is read through the proxy that Grafana makes of its frozen state', () => {
    const instance = Object.freeze({ labels: Object.freeze({ model: 'fraud' }) });
    const guarded = <Guarded extends object>(guard: Guarded): Guarded =>
      new Proxy(guard, {
        get(target, property) {
          const value: unknown = Reflect.get(target, property);
          return typeof value === 'object' && value !== null ? guarded(value) : value;
        },
      });
    const context = guarded({ instance });
    expect(() => context.instance.labels).toThrow(TypeError);
    expect(modelOfAlert(context)).toBe('fraud');
  });

  it.each([
    undefined,
    null,
    {},
    { instance: null },
    { rule: { labels: { model: 7 } } },
    { rule: { labels: { model: '' } } },
  ])('is not guessed from %j', (context) => {
    expect(modelOfAlert(context)).toBeNull();
  });
});
