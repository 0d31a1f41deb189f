import { describe, expect, it } from 'vitest';
import { buildReference, decodeReference, encodeReference } from '../index.ts';
import { batchOf, sampleBatch } from '../sampleBatch.ts';

const reference = buildReference(
  [sampleBatch(1_000, 1)],
  [
    { inferenceId: '1-1', label: '1' },
    { inferenceId: '1-2', label: '0' },
  ],
  { task: 'binary_classification', windowMs: 60_000 },
);

describe('a reference file', () => {
  it('gives back the reference', () => {
    expect(decodeReference(encodeReference(reference))).toEqual(reference);
  });

  it('gives back one that was laid out again', () => {
    const pretty = JSON.stringify(JSON.parse(encodeReference(reference)), null, 2);
    expect(decodeReference(pretty)).toEqual(reference);
  });

  it('gives back regression, empty features and values at the ends of the range', () => {
    const rows = [1e308, -1e308, 5e-324].map((value, i) => ({ id: `${i}`, prediction: value, features: { x: value } }));
    const features = [
      { name: 'x', type: 'number' },
      { name: 'never', type: 'number' },
      { name: 'nowhere', type: 'category' },
    ] as const;
    const odd = buildReference([batchOf(rows, features)], [], { task: 'regression', windowMs: 60_000 });
    expect(decodeReference(encodeReference(odd))).toEqual(odd);
  });

  // biome-ignore lint/suspicious/noExplicitAny: tests damage the file in ways its type does not allow
  const withChange = (change: (content: any) => void): string => {
    const content: unknown = JSON.parse(encodeReference(reference));
    change(content);
    return JSON.stringify(content);
  };

  it.each<[string, string, RegExp]>([
    ['is no JSON', '{"id":', /it is not JSON/],
    ['is something else', '[]', /at the top level/],
    [
      'is of a later version',
      withChange((c) => (c.formatVersion = 4)),
      /format version is 4; this program reads versions 1 to 3/,
    ],
    ['has an unknown field', withChange((c) => (c.colour = 'red')), /at the top level: .*colour/],
    [
      'has counts that do not add up to its rows',
      withChange((c) => (c.profile.counts[9] = 1.5)),
      /at profile\.counts: /,
    ],
    ['has a negative count', withChange((c) => (c.profile.counts[9] = -1)), /at profile\.counts\.9/],
    [
      'has too few counts',
      withChange((c) => c.profile.counts.pop()),
      /at profile\.counts: \d+ numbers where the shape has \d+/,
    ],
    ['has edges that descend', withChange((c) => c.shape.signals[0].edges.reverse()), /edges must ascend/],
    ['has a bin too few', withChange((c) => c.shape.signals[0].edges.pop()), /edges and \d+ deciles do not fit/],
    ['has a signal twice', withChange((c) => c.shape.signals.push(c.shape.signals[0])), /is there twice/],
    [
      'has a changed shape',
      withChange((c) => (c.shape.positive = '0')),
      /at shape: its content does not belong to its id/,
    ],
    ['has changed counts', withChange((c) => c.profile.counts.reverse()), /at profile\.counts/],
    ['has a changed note', withChange((c) => (c.notes = ['all is well'])), /changed after it was written/],
    [
      'has a changed design effect',
      withChange((c) => (c.designEffects.score.location = 1)),
      /changed after it was written/,
    ],
  ])('is refused when it %s', (_, text, message) => {
    expect(() => decodeReference(text)).toThrow(message);
    expect(() => decodeReference(text)).toThrow(expect.objectContaining({ code: 'BAD_DATA' }));
  });
});
