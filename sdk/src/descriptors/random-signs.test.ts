import { expect, it } from 'vitest';
import { mixed, randomSigns } from './random-signs.ts';

it('mixes as SplitMix64 does', () => {
  // First outputs for seed 1234567 of the published generator (Vigna, splitmix64.c, as listed at rosettacode.org).
  const outputs = [6457827717110365317n, 3203168211198807973n, 9817491932198370423n, 4593380528125082431n];
  const states = outputs.map((_, index) => BigInt.asUintN(64, 1234567n + BigInt(index + 1) * 0x9e3779b97f4a7c15n));
  expect(states.map(mixed)).toEqual(outputs);
});

it('gives signs that are the bits of those outputs, lowest first, and another set for another seed', () => {
  const bits = [...6457827717110365317n.toString(2).padStart(64, '0')].reverse();
  expect([...randomSigns(1234567, 64)]).toEqual(bits.map((bit) => (bit === '1' ? -1 : 1)));
  expect([...randomSigns(1234567, 100).subarray(0, 64)]).toEqual([...randomSigns(1234567, 64)]);
  expect([...randomSigns(1234568, 64)]).not.toEqual([...randomSigns(1234567, 64)]);
});

it('gives both signs about as often', () => {
  const sum = randomSigns(0, 16 * 384).reduce((total, sign) => total + sign, 0);
  // Four standard deviations of the sum of as many fair signs.
  expect(Math.abs(sum)).toBeLessThan(4 * Math.sqrt(16 * 384));
});
