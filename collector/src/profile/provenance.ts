import type { CaptureMode, InferenceBatch } from '@plumbline/sdk/event';
import type { Profile } from './profile.ts';

/**
 * How the rows of a profile came to be here: how many inferences each stands for, and under which rules their values left
 * the app. Three numbers: what rows stand for beyond themselves, sum of (weight - 1); the largest weight - 1; capture modes
 * as bits. All are 0 for rows that stand for themselves alone and say nothing of their capture.
 */
export type Provenance = Float64Array;

export function createProvenance(): Provenance {
  return new Float64Array(3);
}

/** Commutative and associative. */
export function mergeProvenance(target: Provenance, source: Provenance): void {
  target[surplus] = target[surplus]! + source[surplus]!;
  target[heaviest] = Math.max(target[heaviest]!, source[heaviest]!);
  target[captures] = target[captures]! | source[captures]!;
}

/** Notes the capture modes that a batch names. It is the dictionary that says so: rows are not looked at. */
export function noteCaptures({ provenance }: Profile, batch: InferenceBatch): void {
  if (batch.captures === undefined) return;
  for (const mode of batch.captures.dictionary) {
    const bit = bitOf.get(mode);
    if (bit !== undefined) provenance[captures] = provenance[captures]! | (1 << bit);
  }
}

/** Of `rows` rows that stand for `weight` inferences each. */
export function noteWeight(provenance: Provenance, rows: number, weight: number): void {
  provenance[surplus] = (weight - 1) * rows;
  provenance[heaviest] = weight - 1;
}

/** Inferences that a profile stands for, less the rows that came. */
export function surplusOf({ provenance }: Profile): number {
  return provenance[surplus]!;
}

/** The largest weight of a row; 1 when every row stands for itself. */
export function heaviestOf({ provenance }: Profile): number {
  return 1 + provenance[heaviest]!;
}

/** Rules under which values left the apps; empty when none of them said. */
export function capturesOf({ provenance }: Profile): CaptureMode[] {
  return captureModes.filter((_, bit) => (provenance[captures]! & (1 << bit)) !== 0);
}

/** By their bits, which never change. */
const captureModes: readonly CaptureMode[] = ['inferred', 'declared', 'redacted', 'metadata'];
const bitOf = new Map<string, number>(captureModes.map((mode, bit) => [mode, bit]));

const surplus = 0;
const heaviest = 1;
const captures = 2;
