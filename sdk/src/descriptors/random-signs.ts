/**
 * `count` numbers that are 1 or -1, each with probability a half, the same for a seed in every process and language: the
 * bits of SplitMix64 (Steele, Lea, Flood, 2014), lowest first, where a set bit is -1. The seed is a whole number from 0.
 */
export function randomSigns(seed: number, count: number): Float64Array {
  const signs = new Float64Array(count);
  let state = BigInt(seed);
  for (let start = 0; start < count; start += 64) {
    state = (state + 0x9e3779b97f4a7c15n) & mask;
    const bits = mixed(state);
    for (let bit = 0; bit < 64 && start + bit < count; bit++) {
      signs[start + bit] = (bits >> BigInt(bit)) & 1n ? -1 : 1;
    }
  }
  return signs;
}

/** The output of SplitMix64 at a state. */
export function mixed(state: bigint): bigint {
  let bits = state;
  bits = ((bits ^ (bits >> 30n)) * 0xbf58476d1ce4e5b9n) & mask;
  bits = ((bits ^ (bits >> 27n)) * 0x94d049bb133111ebn) & mask;
  return bits ^ (bits >> 31n);
}

const mask = (1n << 64n) - 1n;
