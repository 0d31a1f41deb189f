import { createDistinctCounter } from '../sketches/distinctCounter.ts';
import { type HeavyHitters, rankedHeavy } from '../sketches/heavyHitters.ts';
import { noRow, type SampledRow } from '../sketches/idSample.ts';
import { createRareValues, type Sketches } from '../sketches/sketches.ts';
import { type ByteReader, type ByteWriter, bad } from './bytes.ts';

/**
 * Sketches as bytes: hours, rows of another type, unknown features, for each signal a byte that says whether rare values follow (their
 * list, then the counter's registers), the number of ids with hashes, counts and rows. Lists are in the order of
 * `rankedHeavy`, so equal sketches have equal bytes.
 */
export function writeSketches(writer: ByteWriter, sketches: Sketches): void {
  writer.integers(sketches.hours);
  writer.integers(sketches.otherType);
  writeHeavy(writer, sketches.unknownFeatures);
  for (const rare of sketches.rare) {
    writer.byte(rare === null ? 0 : 1);
    if (rare === null) continue;
    writeHeavy(writer, rare.frequent);
    writer.integers(Float64Array.from(rare.distinct));
  }
  const { ids } = sketches;
  writer.varint(ids.size);
  writer.doubles(ids.hashes.subarray(0, ids.size));
  writer.integers(ids.counts.subarray(0, ids.size));
  for (const row of ids.rows) writeRow(writer, row);
}

/** Into sketches that are empty. */
export function readSketches(reader: ByteReader, sketches: Sketches): void {
  reader.integers(sketches.hours);
  reader.integers(sketches.otherType);
  readHeavy(reader, sketches.unknownFeatures);
  for (let signal = 0; signal < sketches.rare.length; signal++) {
    if (reader.byte() === 0) continue;
    const rare = createRareValues();
    readHeavy(reader, rare.frequent);
    const registers = new Float64Array(createDistinctCounter().length);
    reader.integers(registers);
    rare.distinct.set(registers);
    sketches.rare[signal] = rare;
  }
  const { ids } = sketches;
  const size = reader.varint();
  if (size > ids.capacity) throw bad(`it samples ${size} ids, its shape ${ids.capacity}`);
  ids.size = size;
  reader.doubles(ids.hashes.subarray(0, size));
  reader.integers(ids.counts.subarray(0, size));
  for (let i = 0; i < size; i++) ids.rows.push(readRow(reader));
}

/** By sampled row the number of outcomes, then the sum of losses; nothing where rows are not kept. References have none. */
export function writeOutcomes(writer: ByteWriter, { ids }: Sketches): void {
  writer.integers(ids.outcomes.subarray(0, ids.size));
  writer.integers(ids.losses.subarray(0, ids.size));
}

/** Into sketches whose rows have been read. */
export function readOutcomes(reader: ByteReader, { ids }: Sketches): void {
  reader.integers(ids.outcomes.subarray(0, ids.size));
  reader.integers(ids.losses.subarray(0, ids.size));
}

function writeHeavy(writer: ByteWriter, heavy: HeavyHitters): void {
  writer.varint(heavy.undercount);
  writer.varint(heavy.counts.size);
  for (const [text, count] of rankedHeavy(heavy)) {
    writer.text(text);
    writer.varint(count);
  }
}

function readHeavy(reader: ByteReader, heavy: HeavyHitters): void {
  heavy.undercount = reader.varint();
  const size = reader.varint();
  if (size > heavy.capacity) throw bad(`a list of values has ${size} entries, at most ${heavy.capacity} fit`);
  for (let i = 0; i < size; i++) {
    const text = reader.text();
    heavy.counts.set(text, reader.varint());
  }
}

function writeRow(writer: ByteWriter, row: SampledRow): void {
  writer.varint(row.length);
  for (const value of row) {
    if (value === null) writer.byte(0);
    else if (typeof value === 'number') {
      writer.byte(1);
      writer.double(value);
    } else {
      writer.byte(2);
      writer.text(value);
    }
  }
}

function readRow(reader: ByteReader): SampledRow {
  const length = reader.varint();
  if (length === 0) return noRow;
  const row: (number | string | null)[] = [];
  for (let i = 0; i < length; i++) {
    const kind = reader.byte();
    if (kind > 2) throw bad(`a sampled value has the unknown kind ${kind}`);
    row.push(kind === 0 ? null : kind === 1 ? reader.double() : reader.text());
  }
  return row;
}
