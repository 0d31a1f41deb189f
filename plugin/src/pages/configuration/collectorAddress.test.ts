import { describe, expect, it } from 'vitest';
import { addressProblem, tidyAddress } from './collectorAddress';

describe('the address of a collector', () => {
  it.each([
    ['http://collector:4318', 'http://collector:4318'],
    [' http://collector:4318/ ', 'http://collector:4318'],
    ['https://plumbline.example.test/collector//', 'https://plumbline.example.test/collector'],
  ])('%j is kept as %j', (typed, kept) => {
    expect(tidyAddress(typed)).toBe(kept);
    expect(addressProblem(typed)).toBeNull();
  });

  it.each([
    ['', /where the collector listens/],
    ['   ', /where the collector listens/],
    ['collector:4318', /http:/],
    ['ftp://collector', /http:/],
    ['javascript:alert(1)', /http:/],
    ['http://', /http:/],
    ['http://user:secret@collector:4318', /passwords/],
    ['http://collector:4318?a=b', /"\?"/],
    ['http://collector:4318/#x', /"\?"/],
  ])('%j is refused', (typed, why) => {
    expect(addressProblem(typed)).toMatch(why);
  });
});
