import type { MessageMemory } from './message-memory.ts';

/**
 * Cuts what a socket reads into pieces of which each holds whole messages of the NATS protocol, in memory of their own.
 *
 * The client's parser puts a message that lies in two pieces together in a buffer that it lets grow, and hands out any
 * other as a view wherever it lies. Batches are longer than what a socket gives at once, so nearly all of them would be
 * copied three times: when they are put together, when that buffer grows, and when their columns are read, which need
 * their place at a multiple of eight. Here a long message is copied once, to where its payload lies at one.
 */
export class MessageCutter {
  /** A line whose end has not come. */
  #line: Uint8Array = nothing;
  /** A message whose end has not come, and how much of it is there. */
  #message: Uint8Array = nothing;
  #filled = 0;
  readonly #memory: Pick<MessageMemory, 'take'>;

  /** `memory`: where long messages are copied to; default: each to memory of its own. */
  constructor(memory: Pick<MessageMemory, 'take'> = { take: (bytes) => new Uint8Array(bytes) }) {
    this.#memory = memory;
  }

  /** Pieces in the order of the stream. They share no memory with `chunk`, which may be written over afterwards. */
  cut(chunk: Uint8Array): Uint8Array[] {
    const pieces: Uint8Array[] = [];
    let at = this.#fill(chunk, 0, pieces);
    let pieceFrom = at;
    while (at < chunk.length) {
      const lineEnd = chunk.indexOf(newLine, at) + 1;
      if (lineEnd === 0) {
        addCopy(pieces, chunk.subarray(pieceFrom, at));
        this.#line = joined(this.#line, chunk.subarray(at));
        return pieces;
      }
      const isHere = this.#line.length === 0;
      const line = isHere ? chunk.subarray(at, lineEnd) : joined(this.#line, chunk.subarray(at, lineEnd));
      const { header, total } = sizesIn(line);
      const end = lineEnd + total;
      if (isHere && end <= chunk.length && total < worthAligning) {
        at = end;
        continue;
      }
      addCopy(pieces, chunk.subarray(pieceFrom, at));
      this.#line = nothing;
      this.#begin(line, header, total);
      at = this.#fill(chunk, lineEnd, pieces);
      pieceFrom = at;
    }
    addCopy(pieces, chunk.subarray(pieceFrom));
    return pieces;
  }

  /** Room for a line and what follows it, such that what comes after `header` bytes lies at a multiple of eight. */
  #begin(line: Uint8Array, header: number, total: number): void {
    const padding = 7 - ((line.length + header + 7) % 8);
    this.#message = this.#memory.take(padding + line.length + total).subarray(padding);
    this.#message.set(line);
    this.#filled = line.length;
  }

  /** Takes what the message under way still needs; returns where the rest of the chunk begins. */
  #fill(chunk: Uint8Array, from: number, pieces: Uint8Array[]): number {
    const message = this.#message;
    const taken = Math.min(message.length - this.#filled, chunk.length - from);
    message.set(chunk.subarray(from, from + taken), this.#filled);
    this.#filled += taken;
    if (message.length > 0 && this.#filled === message.length) {
      pieces.push(message);
      this.#message = nothing;
      this.#filled = 0;
    }
    return from + taken;
  }
}

const nothing = new Uint8Array(0);
const newLine = 0x0a;
const space = 0x20;
/** A shorter payload is copied by its reader as fast. */
const worthAligning = 1_024;

/**
 * What follows a line of the protocol: `MSG subject id [reply] size` or `HMSG subject id [reply] header total`, and two
 * bytes of line end after that; nothing after any other line. Only these two begin with `M` and `H`.
 */
function sizesIn(line: Uint8Array): { header: number; total: number } {
  const kind = line[0]! & 0xdf;
  if (kind !== 0x4d && kind !== 0x48) return none;
  const last = numberBefore(line, line.length - 1);
  return { header: kind === 0x48 ? numberBefore(line, last.from).value : 0, total: last.value + 2 };
}

const none = { header: 0, total: 0 };

/** The number that ends before a place, and where it begins; spaces and the line's end may lie between. */
function numberBefore(line: Uint8Array, place: number): { value: number; from: number } {
  let from = place;
  while (from > 0 && line[from - 1]! <= space) from--;
  let value = 0;
  for (let power = 1; from > 0 && line[from - 1]! > space; power *= 10) value += (line[--from]! - 0x30) * power;
  return { value, from };
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}

function addCopy(pieces: Uint8Array[], piece: Uint8Array): void {
  // Not `slice`, which of a Buffer is a view.
  if (piece.length > 0) pieces.push(new Uint8Array(piece));
}
