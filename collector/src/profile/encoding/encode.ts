import { createProfile, type Profile } from '../profile.ts';
import type { ProfileShape } from '../shape.ts';
import { readExemplars, writeExemplars } from '../sketches/exemplars.ts';
import { provenanceCells } from '../sketches/provenance.ts';
import { ByteReader, ByteWriter, bad } from './bytes.ts';
import { readOutcomes, readSketches, writeOutcomes, writeSketches } from './encodeSketches.ts';

/**
 * A profile as bytes, for the store. Format, version 6:
 * `P L P`, version byte, 16 bytes of the shape's id, counts, sums, minima and maxima (little-endian doubles), sketches
 * (`encodeSketches.ts`), rows by latency, provenance (`provenance.ts`), exemplars (`exemplars.ts`), outcomes of sampled rows.
 * Version 5 had no such outcomes, version 4 three numbers of provenance, version 3 neither these nor exemplars, version 2 no
 * latencies and version 1 no sketches either; they are read as profiles in which these are empty.
 * Counts and sums are whole numbers: zigzag varints, a 0 byte starts a run of zeros (its length as a varint), and
 * any other number is `1` followed by its double (1 would be the zigzag of -0).
 *
 * A window of 30 features takes 5-10 kB. The shape is not repeated in it: it belongs to the reference.
 */
export function encodeProfile(profile: Profile): Uint8Array {
  const writer = new ByteWriter(4_096);
  for (const byte of magic) writer.byte(byte);
  for (const byte of shapeIdBytes(profile.shape.id)) writer.byte(byte);
  writer.integers(profile.counts);
  writer.integers(profile.sums);
  writer.doubles(profile.minima);
  writer.doubles(profile.maxima);
  writeSketches(writer, profile.sketches);
  writer.integers(profile.latencies);
  writer.integers(profile.provenance);
  writeExemplars(writer, profile.exemplars);
  writeOutcomes(writer, profile.sketches);
  return writer.finish();
}

/** Reads what `encodeProfile` wrote. Throws `BAD_DATA` on any other bytes, another version or another shape. */
export function decodeProfile(bytes: Uint8Array, shape: ProfileShape): Profile {
  const found = shapeIdOf(bytes);
  if (found !== shape.id) throw bad(`it was made with ${found}, not with ${shape.id}`);
  const profile = createProfile(shape);
  const reader = new ByteReader(bytes, magic.length + idBytes);
  reader.integers(profile.counts);
  reader.integers(profile.sums);
  reader.doubles(profile.minima);
  reader.doubles(profile.maxima);
  if (bytes[3] !== withoutSketches) readSketches(reader, profile.sketches);
  if (bytes[3]! >= withLatencies) reader.integers(profile.latencies);
  if (bytes[3]! >= withProvenance) {
    reader.integers(profile.provenance.subarray(0, bytes[3] === withProvenance ? 3 : provenanceCells));
    readExemplars(reader, profile.exemplars);
  }
  if (bytes[3]! >= withOutcomes) readOutcomes(reader, profile.sketches);
  reader.end();
  return profile;
}

/** The id of the shape a stored profile was made with. */
export function shapeIdOf(bytes: Uint8Array): string {
  if (bytes.length < magic.length + idBytes) throw bad(`it has only ${bytes.length} bytes`);
  if (magic.slice(0, 3).some((byte, i) => bytes[i] !== byte)) throw bad('it does not start with "PLP"');
  if (bytes[3]! < withoutSketches || bytes[3]! > currentVersion) {
    throw bad(`its format version is ${bytes[3]}; this program reads versions ${withoutSketches} to ${currentVersion}`);
  }
  const id = bytes.subarray(magic.length, magic.length + idBytes);
  return `shape:${Buffer.from(id).toString('hex')}`;
}

const currentVersion = 6;
const withOutcomes = 6;
/** Without rows that were made of spans. */
const withProvenance = 4;
const withLatencies = 3;
const magic = [0x50, 0x4c, 0x50, currentVersion];
const withoutSketches = 1;
const idBytes = 16;

function shapeIdBytes(id: string): Uint8Array {
  return Buffer.from(id.slice('shape:'.length), 'hex');
}
