import type { CaptureMode, InferenceBatch } from '@plumbline/sdk/event';
import { countsByCode } from '../fold/batchCounts.ts';
import type { Profile } from '../profile.ts';

/**
 * How the rows of a profile came to be here: how many inferences each stands for, under which rules their values left the
 * app, and who told of them. Four numbers: what rows stand for beyond themselves, sum of (weight - 1); the largest
 * weight - 1; capture modes as bits; rows that were made of spans. All are 0 for rows that stand for themselves alone, say
 * nothing of their capture and were recorded as inferences.
 */
export type Provenance = Float64Array;

export function createProvenance(): Provenance {
  return new Float64Array(provenanceCells);
}

export const provenanceCells = 4;

/** Commutative and associative. */
export function mergeProvenance(target: Provenance, source: Provenance): void {
  target[surplus] = target[surplus]! + source[surplus]!;
  target[heaviest] = Math.max(target[heaviest]!, source[heaviest]!);
  target[captures] = target[captures]! | source[captures]!;
  target[spans] = target[spans]! + source[spans]!;
}

/** Notes the capture modes that a batch names. It is the dictionary that says so: rows are not looked at. */
export function noteCaptures({ provenance }: Profile, batch: InferenceBatch): void {
  if (batch.captures === undefined) return;
  for (const mode of batch.captures.dictionary) {
    const bit = bitOf.get(mode);
    if (bit !== undefined) provenance[captures] = provenance[captures]! | (1 << bit);
  }
}

/** Counts the rows that were made of spans: nearly always none, and then the batch has no such column. */
export function noteSpans({ provenance }: Profile, { sources }: InferenceBatch, rows: Int32Array): void {
  if (sources === undefined) return;
  provenance[spans] = provenance[spans]! + rows.length - countsByCode(sources, rows)[0]!;
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

/** Rows that were made of spans, not weighted. */
export function spanRowsOf({ provenance }: Profile): number {
  return provenance[spans]!;
}

/** By their bits, which never change. */
const captureModes: readonly CaptureMode[] = ['inferred', 'declared', 'redacted', 'metadata'];
const bitOf = new Map<string, number>(captureModes.map((mode, bit) => [mode, bit]));

const surplus = 0;
const heaviest = 1;
const captures = 2;
const spans = 3;
