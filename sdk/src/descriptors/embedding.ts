import type { FeatureValue } from '../event.ts';
import { type Descriptor, describeInvalid } from './descriptor.ts';
import { randomSigns } from './random-signs.ts';

/** A vector of numbers, as models make of texts and pictures. */
export type Embedding = readonly number[] | Float32Array | Float64Array;

export interface EmbeddingShape {
  readonly dimensions: number;
  readonly seed: number;
  /** The vector to which the cosine of each is given: `dimensions` numbers, not all zero. */
  readonly centre: readonly number[] | undefined;
}

/**
 * An embedding as a few numbers: sixteen random projections, its norm and, where there is a centre, the cosine to it.
 *
 * A projection is the sum of the coordinates, each with a random sign: over signs its mean square is the square of the norm,
 * and sixteen of them tell the distance of two vectors within about a third (Johnson and Lindenstrauss, 1984; signs after
 * Achlioptas, 2003, who scales by 1/sqrt(16) what is left as it is here). A shift of the vectors moves some of them.
 *
 * Sums run in the order of the coordinates and are rounded to single precision, so each process gives the same numbers.
 */
export class EmbeddingDescriptor implements Descriptor {
  readonly names: readonly string[];
  readonly #vector: Float64Array;
  readonly #projections = new Float64Array(projectionCount);
  /** By projection, then coordinate. */
  readonly #signs: Float64Array;
  /** Of length 1; nothing when there is none. */
  readonly #centre: Float64Array | undefined;

  constructor(feature: string, { dimensions, seed, centre }: EmbeddingShape) {
    const projections = Array.from({ length: projectionCount }, (_, index) => projectionName(feature, index));
    this.names = [...projections, `${feature}.norm`, ...(centre === undefined ? [] : [`${feature}.centre_cosine`])];
    this.#vector = new Float64Array(dimensions);
    this.#signs = randomSigns(seed, projectionCount * dimensions);
    this.#centre = centre === undefined ? undefined : directionOf(centre);
  }

  describe(value: unknown, into: Record<string, FeatureValue>): void {
    if (value === null || value === undefined) {
      return;
    }
    const norm = this.#read(value);
    if (!Number.isFinite(norm)) {
      describeInvalid(this.names, into);
      return;
    }
    project(this.#vector, this.#signs, this.#projections);
    for (let index = 0; index < projectionCount; index++) {
      into[this.names[index]!] = Math.fround(this.#projections[index]!);
    }
    into[this.names[projectionCount]!] = fourDigits(norm);
    if (this.#centre !== undefined) {
      // A vector of zeros points nowhere.
      into[this.names[projectionCount + 1]!] = norm === 0 ? null : Math.fround(dot(this.#vector, this.#centre) / norm);
    }
  }

  /** Keeps the vector and returns its norm; what is none, or has another length, has none: `NaN`. */
  #read(value: unknown): number {
    const vector = this.#vector;
    if (typeof value !== 'object' || (value as Partial<Embedding>).length !== vector.length) {
      return Number.NaN;
    }
    const given = value as ArrayLike<unknown>;
    let squares = 0;
    for (let index = 0; index < vector.length; index++) {
      const coordinate = given[index];
      if (typeof coordinate !== 'number') {
        return Number.NaN;
      }
      vector[index] = coordinate;
      squares += coordinate * coordinate;
    }
    return Math.sqrt(squares);
  }
}

/** Four times a whole number. More would cost evidence, since each is a signal that is watched, and weigh on the wire. */
const projectionCount = 16;

/** Vectors of length 1 are off by the rounding of whatever made them, and another machine rounds otherwise: that is no drift. */
function fourDigits(norm: number): number {
  return Math.fround(Number(norm.toPrecision(4)));
}

function projectionName(feature: string, index: number): string {
  return `${feature}.projection_${String(index).padStart(2, '0')}`;
}

function directionOf(vector: readonly number[]): Float64Array {
  const norm = Math.hypot(...vector);
  return Float64Array.from(vector, (coordinate) => coordinate / norm);
}

/** Four rows of signs at a time: one sum would wait for itself, and take three times as long. */
function project(vector: Float64Array, signs: Float64Array, projections: Float64Array): void {
  const { length } = vector;
  for (let row = 0; row < projections.length; row += 4) {
    let [first, second, third, fourth] = [0, 0, 0, 0];
    for (let index = 0, cell = row * length; index < length; index++, cell++) {
      const coordinate = vector[index]!;
      first += coordinate * signs[cell]!;
      second += coordinate * signs[cell + length]!;
      third += coordinate * signs[cell + 2 * length]!;
      fourth += coordinate * signs[cell + 3 * length]!;
    }
    projections.set([first, second, third, fourth], row);
  }
}

function dot(vector: Float64Array, other: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < vector.length; index++) {
    sum += vector[index]! * other[index]!;
  }
  return sum;
}
