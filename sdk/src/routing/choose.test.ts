import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bucketOf, chooseRoute, type LoadedDigests, type Route } from './choose.ts';
import type { RoutingDocument } from './document.ts';
import { testDocument } from './testing/test-document.ts';

const base = testDocument({ revision: 3 });
const never = () => {
  throw new Error('nothing random about it');
};
const route = (document: RoutingDocument | null, key?: string, random: () => number = never, loaded?: LoadedDigests) =>
  chooseRoute(document, '1', key, random, loaded);
const canary = (weightBasisPoints: number) => ({ version: '8', digest: 'sha256:8', weightBasisPoints });
const shadow = (sampleBasisPoints: number) => ({ version: '9', digest: 'sha256:9', sampleBasisPoints });
const keys = Array.from({ length: 20_000 }, (_, index) => `customer-${index}`);

describe('a route', () => {
  it('is the version compiled in without a document, and without a champion in it', () => {
    const compiledIn: Route = {
      version: '1',
      role: 'champion',
      shadow: null,
      revision: 0,
      sticky: true,
      reason: 'compiled_in',
    };
    expect(route(null, 'a')).toEqual(compiledIn);
    expect(route({ ...base, champion: null }, 'a')).toMatchObject({ version: '1', role: 'champion', revision: 3 });
  });

  it('stays the same for the same key', () => {
    const document = { ...base, canary: canary(5_000), shadow: shadow(5_000) };
    for (const key of keys.slice(0, 100)) {
      expect(route(document, key)).toEqual(route(document, key));
    }
  });

  it('sends the canary its share, and keeps everybody it had as it grows', () => {
    let before = new Set<string>();
    for (const weight of [0, 100, 1_000, 5_000, 10_000]) {
      const served = new Set(keys.filter((key) => route({ ...base, canary: canary(weight) }, key).role === 'canary'));
      expect([...before].filter((key) => !served.has(key))).toEqual([]);
      // Six standard deviations of a binomial share.
      const deviation = Math.sqrt((weight / 10_000) * (1 - weight / 10_000) * keys.length);
      expect(Math.abs(served.size - (weight / 10_000) * keys.length)).toBeLessThanOrEqual(6 * deviation);
      before = served;
    }
  });

  it('never takes a key away from a canary that grows, whatever salt, key and weights', () => {
    const weight = fc.nat({ max: 10_000 });
    fc.assert(
      fc.property(fc.string(), fc.string({ unit: 'grapheme' }), weight, weight, (salt, key, one, other) => {
        const [smaller, larger] = [Math.min(one, other), Math.max(one, other)];
        const roleAt = (share: number) => route({ ...base, salt, canary: canary(share) }, key).role;
        expect([roleAt(smaller), roleAt(larger)]).not.toEqual(['canary', 'champion']);
        const shadowAt = (share: number) =>
          route({ ...base, salt, shadow: { ...shadow(share), version: '9' } }, key).shadow;
        expect(shadowAt(smaller) === null || shadowAt(larger) !== null).toBe(true);
      }),
    );
  });

  it('says why it is the version', () => {
    const split = { ...base, canary: canary(5_000), pins: { vip: '7' } };
    expect(route(base, 'a').reason).toBe('champion');
    expect(route({ ...base, champion: null }, 'a').reason).toBe('compiled_in');
    expect(route(split, 'a').reason).toBe('split');
    expect(route(split, undefined, () => 0.9).reason).toBe('split');
    expect(route(split, 'vip').reason).toBe('pinned');
  });

  it('gives pinned keys their version, whatever the weights', () => {
    const document = { ...base, canary: canary(10_000), pins: { vip: '7', tester: '8', toString: '7' } };
    expect(route(document, 'vip')).toMatchObject({ version: '7', role: 'champion' });
    expect(route({ ...document, canary: canary(0) }, 'tester')).toMatchObject({ version: '8', role: 'canary' });
    expect(route(document, 'valueOf')).toMatchObject({ version: '8', role: 'canary' });
  });

  it('draws shadows from buckets of their own, over champion and canary alike', () => {
    const document = { ...base, canary: canary(5_000), shadow: shadow(5_000) };
    const routes = keys.map((key) => route(document, key));
    for (const role of ['champion', 'canary'] as const) {
      const ofRole = routes.filter((one) => one.role === role);
      const shadowed = ofRole.filter((one) => one.shadow === '9');
      expect(shadowed.length / ofRole.length).toBeGreaterThan(0.45);
      expect(shadowed.length / ofRole.length).toBeLessThan(0.55);
    }
    expect(route({ ...base, shadow: { ...shadow(10_000), version: '7' } }, 'a').shadow).toBeNull();
  });

  it('without a key is a draw of its own, and says so', () => {
    const document = { ...base, canary: canary(2_500) };
    expect(route(document, undefined, () => 0.2499)).toMatchObject({ version: '8', sticky: false });
    expect(route(document, undefined, () => 0.25)).toMatchObject({ version: '7', sticky: false });
  });
});

describe('a version whose loaded artefact is another than routing names', () => {
  const all = { ...base, canary: canary(10_000), shadow: shadow(10_000), pins: { tester: '8' } };
  const wrong = (...versions: string[]) => new Map(versions.map((version) => [version, 'sha256:other']));

  it('is no canary: the champion answers for its keys, pinned ones too', () => {
    const refused = { version: '7', role: 'champion', reason: 'artefact_mismatch' };
    expect(route(all, 'a', never, wrong('8'))).toMatchObject(refused);
    expect(route(all, 'tester', never, wrong('8'))).toMatchObject(refused);
  });

  it('is no shadow', () => {
    expect(route(all, 'a').shadow).toBe('9');
    expect(route(all, 'a', never, wrong('9'))).toMatchObject({ version: '8', shadow: null, reason: 'split' });
  });

  it('is no champion: the version compiled in answers, the only one that is left', () => {
    expect(route(base, 'a', never, wrong('7'))).toMatchObject({ version: '1', reason: 'artefact_mismatch' });
    expect(route(all, 'a', never, wrong('7', '8'))).toMatchObject({ version: '1', role: 'champion' });
  });

  it('leaves others alone, and what nobody has told of serves', () => {
    const right = new Map([['8', 'sha256:8']]);
    expect(route(all, 'a', never, right)).toMatchObject({ version: '8', role: 'canary', reason: 'split' });
    expect(route(all, 'a', never, wrong('6'))).toMatchObject({ version: '8', role: 'canary' });
  });
});

describe('buckets', () => {
  it('are spread evenly also over keys that count up (chi-square, 100 cells)', () => {
    const cells = new Array<number>(100).fill(0);
    for (const key of keys) {
      cells[Math.floor(bucketOf('salt', key) / 100)]! += 1;
    }
    const expected = keys.length / 100;
    const statistic = cells.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    // The 0.9999 quantile of chi-square with 99 degrees of freedom.
    expect(statistic).toBeLessThan(161.3);
  });

  it('of two salts have nothing to do with each other', () => {
    const both = keys.filter((key) => bucketOf('one', key) < 5_000 && bucketOf('two', key) < 5_000);
    expect(both.length / keys.length).toBeGreaterThan(0.23);
    expect(both.length / keys.length).toBeLessThan(0.27);
  });

  it('are the same in every release: a rollout must survive an upgrade', () => {
    expect(['', 'a', 'customer-1', 'Zoë', '申請者'].map((key) => bucketOf('salt', key))).toEqual([
      8_343, 1_364, 8_692, 2_465, 5_182,
    ]);
  });

  it('lie between 0 and 9 999 for any text', () => {
    fc.assert(
      fc.property(fc.string(), fc.string({ unit: 'grapheme' }), (salt, key) => {
        const bucket = bucketOf(salt, key);
        expect(Number.isInteger(bucket) && bucket >= 0 && bucket < 10_000).toBe(true);
      }),
    );
  });
});
