import { describe, expect, it } from 'vitest';
import { checkJobToken, jobToken } from './token.ts';

const key = new Uint8Array(32).fill(7);
const token = jobToken(key, 'rt_1', 2_000);

describe('a callback token', () => {
  it('is valid for its own job until it expires', () => {
    expect(checkJobToken(key, token, 'rt_1', 2_000)).toBe('valid');
    expect(checkJobToken(key, token, 'rt_1', 2_001)).toBe('expired');
  });

  it('is refused for another job, with another key, or changed in any character', () => {
    expect(checkJobToken(key, token, 'rt_2', 0)).toBe('other_job');
    expect(checkJobToken(new Uint8Array(32), token, 'rt_1', 0)).toBe('bad_signature');
    expect(checkJobToken(key, token.replace('.2000.', '.9000.'), 'rt_1', 0)).toBe('bad_signature');
    expect(checkJobToken(key, token.slice(0, -1), 'rt_1', 0)).toBe('malformed');
    expect(checkJobToken(key, '', 'rt_1', 0)).toBe('malformed');
  });
});
