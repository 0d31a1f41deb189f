import type { InferenceBatch } from '@plumbline/sdk/event';
import { type ByteReader, type ByteWriter, bad } from '../encoding/bytes.ts';
import { planOf } from '../plan.ts';
import type { Profile } from '../profile.ts';
import { hash32 } from './textHash.ts';

/**
 * A few inferences of a profile whose traces are worth a look: which failed, took longest, had the score furthest from the
 * reference's mean, and some taken at random to compare them with. Ids only; rows without a trace are no exemplars.
 *
 * Each list holds the rows that rank highest. Failed ones and those at random rank by a hash of their id, so lists are
 * uniform samples (Cohen and Kaplan 2007) and, like everything in a profile, the same in any order of arrival.
 */
export type Exemplars = Readonly<Record<ExemplarReason, Exemplar[]>>;

export const exemplarReasons = ['failed', 'slowest', 'unusual_score', 'random'] as const;
export type ExemplarReason = (typeof exemplarReasons)[number];

export interface Exemplar {
  readonly inferenceId: string;
  readonly traceId: string;
  /** Event time, milliseconds since 1970-01-01 UTC. */
  readonly at: number;
  /** Higher ones stay. Below 0 where the trace was not sampled. */
  readonly rank: number;
}

const listLength = 5;

export function createExemplars(): Exemplars {
  return { failed: [], slowest: [], unusual_score: [], random: [] };
}

export function copyExemplars({ failed, slowest, unusual_score, random }: Exemplars): Exemplars {
  return { failed: [...failed], slowest: [...slowest], unusual_score: [...unusual_score], random: [...random] };
}

/** Commutative, associative and idempotent. */
export function mergeExemplars(target: Exemplars, source: Exemplars): void {
  for (const reason of exemplarReasons) for (const exemplar of source[reason]) add(target[reason], exemplar);
}

/** A batch without trace ids costs nothing. */
export function foldExemplars({ shape, exemplars }: Profile, batch: InferenceBatch, rows: Int32Array): void {
  const { traceIds, times, errors, latenciesMs, scores, sampled } = batch;
  if (traceIds.dictionary.length === 0) return;
  const score = shape.signals[planOf(shape).indexOf.get('score') ?? -1];
  const [centre, scale] = score?.type === 'number' ? [score.centre, score.scale] : [Number.NaN, 1];
  const hashOf = hasher(batch);
  const { codes } = traceIds;
  const offer = (list: Exemplar[], row: number, height: number): void => {
    const rank = sampled === undefined || sampled.codes[row] === 0 ? height : belowSampled(height);
    // NaN is no rank: there was nothing to rank by.
    if (!(rank >= lowestIn(list))) return;
    const traceId = traceIds.dictionary[codes[row]! - 1]!;
    // Ids are made into texts when they are asked for: only here.
    add(list, { inferenceId: batch.ids[row]!, traceId, at: times[row]!, rank });
  };
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    if (codes[row] === 0) continue;
    const hash = hashOf(row);
    offer(exemplars.random, row, hash);
    if (errors.codes[row] !== 0) offer(exemplars.failed, row, hash);
    offer(exemplars.slowest, row, latenciesMs.values[row]!);
    offer(exemplars.unusual_score, row, Math.abs(scores.values[row]! - centre) / scale);
  }
}

/** One inference with all reasons why it is here. */
export interface ReasonedExemplar extends Pick<Exemplar, 'inferenceId' | 'traceId' | 'at'> {
  readonly reasons: readonly ExemplarReason[];
}

/** In order of time; of traces that were not sampled only for reasons that no other is there for. */
export function exemplarsOf({ exemplars }: Profile): ReasonedExemplar[] {
  const byId = new Map<string, Exemplar & { reasons: ExemplarReason[] }>();
  for (const reason of exemplarReasons) {
    for (const exemplar of foundOf(exemplars[reason])) {
      const known = byId.get(exemplar.inferenceId);
      if (known === undefined) byId.set(exemplar.inferenceId, { ...exemplar, reasons: [reason] });
      else known.reasons.push(reason);
    }
  }
  return [...byId.values()]
    .sort((a, b) => a.at - b.at || (a.inferenceId < b.inferenceId ? -1 : 1))
    .map(({ inferenceId, traceId, at, reasons }) => ({ inferenceId, traceId, at, reasons }));
}

/** For each reason how many there are, then each: id, trace id, time, rank. */
export function writeExemplars(writer: ByteWriter, exemplars: Exemplars): void {
  for (const reason of exemplarReasons) {
    writer.varint(exemplars[reason].length);
    for (const { inferenceId, traceId, at, rank } of exemplars[reason]) {
      writer.text(inferenceId);
      writer.text(traceId);
      writer.double(at);
      writer.double(rank);
    }
  }
}

/** Into exemplars that are empty. */
export function readExemplars(reader: ByteReader, exemplars: Exemplars): void {
  for (const reason of exemplarReasons) {
    const length = reader.varint();
    if (length > listLength) throw bad(`it has ${length} exemplars of a reason, at most ${listLength} fit`);
    for (let i = 0; i < length; i++) {
      const [inferenceId, traceId] = [reader.text(), reader.text()];
      exemplars[reason].push({ inferenceId, traceId, at: reader.double(), rank: reader.double() });
    }
  }
}

/** From [0, infinity] to [-1, 0), in the same order. */
function belowSampled(rank: number): number {
  return Math.min(-1 / (1 + rank), -Number.MIN_VALUE);
}

/** Those whose traces were sampled, as far as is known; where there is none, all. */
function foundOf(list: readonly Exemplar[]): readonly Exemplar[] {
  const sampled = list.filter(({ rank }) => rank >= 0);
  return sampled.length > 0 ? sampled : list;
}

function lowestIn(list: readonly Exemplar[]): number {
  return list.length < listLength ? Number.NEGATIVE_INFINITY : list[listLength - 1]!.rank;
}

function add(list: Exemplar[], one: Exemplar): void {
  if (list.some(({ inferenceId }) => inferenceId === one.inferenceId)) return;
  const place = list.findIndex((other) => isBefore(one, other));
  if (place === -1 && list.length === listLength) return;
  list.splice(place === -1 ? list.length : place, 0, one);
  if (list.length > listLength) list.pop();
}

/** The id decides between equals: nothing may depend on who came first. */
function isBefore(a: Exemplar, b: Exemplar): boolean {
  return a.rank > b.rank || (a.rank === b.rank && a.inferenceId < b.inferenceId);
}

/** 32 bits by a row's id. The end of a UUIDv7 is random: mixing four bytes of it does. */
function hasher(batch: InferenceBatch): (row: number) => number {
  const { uuids } = batch;
  return (row) => {
    if (uuids === undefined || uuids.suffixes.codes[row] !== 0) return hash32(batch.ids[row]!, exemplarSeed);
    const { bytes } = uuids;
    const at = row * 16 + 12;
    const tail = (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
    const mixed = Math.imul(tail ^ (tail >>> 16), 0x85ebca6b);
    return (mixed ^ (mixed >>> 13)) >>> 0;
  };
}

const exemplarSeed = 0x27d4eb2f;
