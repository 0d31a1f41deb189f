import { setImmediate as nextTurn } from 'node:timers/promises';
import type { EventBatch } from '@plumbline/sdk/event';
import { columnarContentType, inferenceSubject, jsonLinesContentType, outcomeSubject } from '@plumbline/sdk/subjects';
import { batchHeader, encodeInferences, encodeOutcomes, producerHeader } from '@plumbline/sdk/wire';
import { expect, test } from 'vitest';
import { FrameReader, writeFrame } from '../../../sdk/src/wire/frame.ts';
import { readSubject, type StreamMessage } from '../bus/message.ts';
import { budgetSettings } from '../config/settings.ts';
import { clampTimes, readBatch } from '../events/index.ts';
import { refusalCodes } from '../events/read-batch.ts';
import { buildReference, createProfile, foldInferences } from '../profile/index.ts';
import { readCounts } from '../store/counts.ts';
import { type DeadLetter, readDeadLetters } from '../store/dead-letters.ts';
import { openSqliteStore } from '../store/sqlite.ts';
import { createEngine } from './engine.ts';
import { silentLogger } from './logger.ts';
import { hourMs, inferences, outcome, testModel } from './testing/traffic.ts';
import { uuidOfText } from './testing/uuid-of-text.ts';
import { partByWindow } from './windows.ts';

/** `FUZZ_BATCHES=10000000` for a long run, `FUZZ_SEED` to see a failure again. */
const wanted = Number(process.env.FUZZ_BATCHES ?? 100_000);
/** A machine that does a dozen other things runs fewer; a long run is as long as it takes. */
const longestMs = process.env.FUZZ_BATCHES === undefined ? 60_000 : Number.POSITIVE_INFINITY;
const seed = Number(process.env.FUZZ_SEED ?? 20_261_122);

const start = 1_700_000_000_000 - (1_700_000_000_000 % hourMs);
const utf8 = new TextEncoder();

const headers = new Map([
  [producerHeader, 'p'],
  [batchHeader, '1'],
]);

/** xorshift32 (Marsaglia, 2003). */
function randomInts(from: number): (below: number) => number {
  let state = from | 0 || 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

interface Sample {
  readonly bytes: Uint8Array;
  readonly contentType: string;
  readonly subject: string;
}

/** One good batch of each kind, encoding and form of ids. */
function samples(): Sample[] {
  const events = inferences('a', 6, start, hourMs);
  const withUuids = events.map((event, index) => ({ ...event, id: uuidOfText(`u${index}`, event.time) }));
  const shadows = withUuids.map((event) => ({ ...event, id: `${event.id}~2`, version: '2', role: 'shadow' as const }));
  const outcomes = [...events, ...withUuids].map(({ id, time }) => outcome(id, time + 1, 'yes'));
  const identity = { producer: 'p', batch: 1 };
  const lines = [...events.slice(0, 2), ...withUuids.slice(0, 2)].map((event) => JSON.stringify(event)).join('\n');
  const subjects = { inference: inferenceSubject(0, 'credit'), outcome: outcomeSubject(0, 'credit') };
  return [
    { bytes: encodeInferences(events, identity), contentType: columnarContentType, subject: subjects.inference },
    { bytes: encodeInferences(withUuids, identity), contentType: columnarContentType, subject: subjects.inference },
    { bytes: encodeInferences(shadows, identity), contentType: columnarContentType, subject: subjects.inference },
    { bytes: encodeOutcomes(outcomes, identity), contentType: columnarContentType, subject: subjects.outcome },
    { bytes: utf8.encode(lines), contentType: jsonLinesContentType, subject: subjects.inference },
  ];
}

const hostile: readonly unknown[] = [
  ...[null, true, 0, -1, 1e308, 2 ** 53, 0.5, '', 'x', '~', '\ud800', '__proto__', 'constructor', [], {}, [[]]],
  ...['u8', 'u2', 'f64', 'i32', 'constant', 'uuid', 'text', 'trace', 'id', 'a'.repeat(400), [null], ['constant', []]],
];

/** Puts something hostile somewhere into a JSON value. */
function spoil(value: unknown, pick: (below: number) => number, depth = 0): unknown {
  const isLeaf = typeof value !== 'object' || value === null || Object.keys(value).length === 0;
  if (isLeaf || pick(6 + depth) === 0) return hostile[pick(hostile.length)];
  if (Array.isArray(value)) {
    const at = pick(value.length);
    if (pick(8) === 0) return pick(2) === 0 ? value.toSpliced(at, 1) : [...value, value[at]];
    return value.with(at, spoil(value[at], pick, depth + 1));
  }
  const entries = Object.entries(value);
  const [name, member] = entries[pick(entries.length)]!;
  return pick(8) === 0
    ? Object.fromEntries(entries.filter(([other]) => other !== name))
    : { ...value, [name]: spoil(member, pick, depth + 1) };
}

function damage(
  { bytes, contentType }: Sample,
  others: readonly Sample[],
  pick: (below: number) => number,
): Uint8Array {
  const copy = bytes.slice();
  switch (pick(6)) {
    case 0:
      for (let flips = 1 + pick(4); flips > 0; flips--) copy[pick(copy.length)]! ^= 1 << pick(8);
      return copy;
    case 1:
      return copy.subarray(0, pick(copy.length + 1));
    case 2: {
      const other = others[pick(others.length)]!.bytes;
      return Buffer.concat([copy.subarray(0, pick(copy.length)), other.subarray(pick(other.length))]);
    }
    case 3:
      for (let at = pick(copy.length), left = pick(16); left > 0 && at < copy.length; left--) copy[at++] = pick(256);
      return copy;
    default:
      return contentType === columnarContentType ? spoilFrame(copy, pick) : spoilLine(copy, pick);
  }
}

/** A frame whose header says something else, all lengths being right: what gets furthest. */
function spoilFrame(frame: Uint8Array, pick: (below: number) => number): Uint8Array {
  const reader = new FrameReader(frame);
  const headerLength = new DataView(frame.buffer, frame.byteOffset).getUint32(8, true);
  const body = frame.slice(Math.ceil((16 + headerLength) / 8) * 8);
  const rows = pick(8) === 0 ? pick(12_000) : reader.rows;
  const kind = pick(12) === 0 ? 'outcome' : reader.kind;
  return writeFrame(kind, rows, spoil(reader.header, pick), [
    pick(4) === 0 ? body.subarray(0, pick(body.length)) : body,
  ]);
}

function spoilLine(bytes: Uint8Array, pick: (below: number) => number): Uint8Array {
  const lines = Buffer.from(bytes).toString().split('\n');
  const at = pick(lines.length);
  return utf8.encode(lines.with(at, JSON.stringify(spoil(JSON.parse(lines[at]!), pick)) ?? '').join('\n'));
}

test(`${wanted} damaged batches: none is fatal, each that is refused is a dead letter with a reason`, {
  // Only what hangs is ended: a long run may be one beside everything else that a machine does.
  timeout: wanted * 20 + 120_000,
}, async () => {
  const pick = randomInts(seed);
  const good = samples();
  const store = await openSqliteStore({ path: ':memory:' });
  const engine = await createEngine({
    store,
    models: [testModel()],
    budget: budgetSettings.parse({}),
    clock: () => start,
    logger: silentLogger,
  });
  engine.resume('stream', 0, { regressed: false, missed: 0 });
  const profile = await ordinaryProfile(good[0]!);
  let accepted = 0;
  let applied = 0;
  let refused = 0;
  const codes = new Set<string>();
  let runs = 0;
  for (const began = performance.now(); runs < wanted && performance.now() - began < longestMs; ) {
    const run = ++runs;
    const sample = good[pick(good.length)]!;
    const data = damage(sample, good, pick);
    try {
      const { batch, letter } = read(sample, data, run);
      const position = { partition: 0, sequence: run, storedAt: start + hourMs, messageId: `m${run}` };
      if (batch === null) {
        refused++;
        codes.add(letter.code);
        if (!Object.hasOwn(refusalCodes, letter.code) || letter.reason.length < 10) {
          throw new Error(`refused without a reason: ${JSON.stringify(letter)}`);
        }
        engine.refuse(position, letter, 0);
      } else {
        accepted++;
        if (batch.kind === 'inference') {
          for (const { rows } of partByWindow(batch, hourMs)) foldInferences(profile, batch, rows);
        }
        if (isOrdinary(batch)) engine.apply({ ...batch, producer: 'p', batch: ++applied }, position);
      }
      if (run % 2_000 === 0) {
        await engine.commit();
        // What inflates headers is let go of in a turn of the event loop, of which there would be none.
        await nextTurn();
      }
    } catch (error) {
      const shown = Buffer.from(data).toString('base64').slice(0, 4_000);
      throw new Error(`run ${run} of seed ${seed}, ${sample.subject}: ${shown}`, { cause: error });
    }
  }
  await engine.commit();
  expect(accepted).toBeGreaterThan(runs / 50);
  expect(refused).toBeGreaterThan(runs / 2);
  expect(codes.size).toBeGreaterThan(8);
  const { counts, letters } = await store.read(async (tx) => ({
    counts: await readCounts(tx),
    letters: await readDeadLetters(tx, { limit: 10_000 }),
  }));
  expect(counts.deadLetters).toBe(refused);
  expect(letters.length).toBeGreaterThanOrEqual(Math.min(refused, 10_000));
  await store.close();
});

/** The others make versions and windows of their own, all of which the engine would look after until the end. */
function isOrdinary(batch: EventBatch): boolean {
  const isInTime = batch.times.every((time) => time >= start && time < start + 2 * hourMs);
  return isInTime && (batch.kind === 'outcome' || batch.versions.dictionary.every((name) => name.length === 1));
}

/** A profile of the shape that good batches have. */
async function ordinaryProfile(sample: Sample) {
  const { batch } = read(sample, sample.bytes, 0);
  if (batch?.kind !== 'inference') throw new Error('a good batch is refused');
  const { task, features, groups, positive, favourable } = testModel();
  return createProfile(
    buildReference([batch], [], { task, features, groups, positive, favourable, windowMs: hourMs }).shape,
  );
}

function read(
  { contentType, subject }: Sample,
  data: Uint8Array,
  sequence: number,
): { batch: EventBatch; letter: null } | { batch: null; letter: DeadLetter } {
  const message: StreamMessage = {
    sequence,
    storedAt: start + hourMs,
    messageId: `m${sequence}`,
    subject,
    address: readSubject(subject),
    contentType,
    data,
    waiting: 0,
    header: (name) => headers.get(name),
    headerNames: () => [...headers.keys()],
  };
  const found = readBatch(message);
  if (found.kind === 'refusal') {
    const { code, reason } = found;
    return { batch: null, letter: { id: String(sequence), at: start, subject, code, reason, bytes: data.length } };
  }
  return { batch: clampTimes(found, message.storedAt, 60_000).batch, letter: null };
}
