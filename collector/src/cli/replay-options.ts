import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { durationMs } from '../config/settings.ts';
import { cannotRead, PlumblineError } from '../errors.ts';
import { decodeReference, type Reference } from '../profile/index.ts';
import { parseArguments } from './arguments.ts';
import { type CsvOptions, rowWindowMs } from './csv.ts';
import { columnWithRole, type ReplaySpec, readSpec } from './spec.ts';

/** What the command line of `replay` and `profile` says, with the defaults of the spec filled in. */
export interface ReplayOptions {
  readonly data: string;
  readonly spec: ReplaySpec;
  readonly csv: CsvOptions;
  /** Event time of a window. */
  readonly windowMs: number;
  /** Rows of a window when windows are counted in rows. */
  readonly rowsPerWindow: number | null;
  /** The first rows of the data, or a profile made before. */
  readonly reference: { readonly rows: number } | { readonly profile: Reference };
  readonly json: boolean;
}

/** Reads the command line. Wrong usage is a `BAD_REQUEST`. */
export async function readReplayOptions(args: string[]): Promise<ReplayOptions> {
  const { values, positionals } = parseArguments({
    args,
    allowPositionals: true,
    options: {
      spec: { type: 'string' },
      reference: { type: 'string' },
      window: { type: 'string' },
      delimiter: { type: 'string', default: ',' },
      sort: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  });
  const [data, ...more] = positionals;
  if (data === undefined || more.length > 0) throw usage(`expected one data file, got ${positionals.length}`);
  if (values.spec === undefined) throw usage('--spec <spec.yaml> is missing: it says what the columns mean');
  const delimiter = values.delimiter === '\\t' ? '\t' : values.delimiter;
  if (delimiter.length !== 1) throw usage(`--delimiter takes one character, got ${JSON.stringify(delimiter)}`);

  const spec = await readSpec(values.spec);
  const window = values.window === undefined ? (spec.window ?? defaultWindow(spec)) : windowOf(values.window);
  const rowsPerWindow = typeof window === 'number' ? window : null;
  if (rowsPerWindow === null && columnWithRole(spec, 'time') === undefined) {
    throw usage(`--window ${values.window ?? 'in the spec'} is a duration, but the spec has no column with role time`);
  }
  const windowMs = typeof window === 'number' ? rowWindowMs : window.milliseconds;
  return {
    data,
    spec,
    csv: {
      delimiter,
      sort: values.sort,
      rowsPerBatch: Math.min(rowsPerWindow ?? largestBatch, largestBatch),
      clock: rowsPerWindow === null ? { kind: 'column', windowMs } : { kind: 'rows', rowsPerWindow },
    },
    windowMs,
    rowsPerWindow,
    reference: await referenceOf(values.reference ?? spec.reference?.toString(), data),
    json: values.json,
  };
}

/** A batch is never longer than a window of rows, so that labels are there when their window closes. */
const largestBatch = 500;
const defaultRowsPerWindow = 1_000;
const largestDefaultReference = 5_000;

function defaultWindow(spec: ReplaySpec): NonNullable<ReplaySpec['window']> {
  return columnWithRole(spec, 'time') === undefined ? defaultRowsPerWindow : { milliseconds: 86_400_000 };
}

function windowOf(text: string): number | { readonly milliseconds: number } {
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  const duration = durationMs.safeParse(text);
  if (duration.success && duration.data >= 1) return { milliseconds: duration.data };
  throw usage(`--window takes a number of rows (365) or a duration (1h), got ${JSON.stringify(text)}`);
}

async function referenceOf(text: string | undefined, data: string): Promise<ReplayOptions['reference']> {
  if (text === undefined) {
    const rows = await countLines(data);
    return { rows: Math.max(1, Math.min(largestDefaultReference, Math.floor(rows / 5))) };
  }
  if (/^[1-9]\d*$/.test(text)) return { rows: Number(text) };
  const content = await readFile(text, 'utf8').catch((cause: unknown) => {
    throw usage(`--reference takes a number of rows or a profile file; ${cannotRead(text, cause)}`);
  });
  return { profile: decodeReference(content) };
}

/** About the number of rows: lines in quotes count too, which does not matter for a default. */
async function countLines(path: string): Promise<number> {
  let lines = 0;
  try {
    for await (const chunk of createReadStream(path)) {
      // A stream without an encoding gives buffers.
      const bytes = chunk as Buffer;
      for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) lines += 1;
    }
  } catch (cause) {
    throw new PlumblineError('BAD_DATA', cannotRead(path, cause), { cause });
  }
  return lines;
}

function usage(problem: string): PlumblineError {
  return new PlumblineError('BAD_REQUEST', problem);
}
