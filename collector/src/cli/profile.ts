import type { InferenceBatch, OutcomeBatch } from '@plumbline/sdk/event';
import { PlumblineError } from '../errors.ts';
import { buildReference, encodeReference, type LabelledOutcome } from '../profile/index.ts';
import { readCsv, valueAt } from './csv.ts';
import { profileStoredWindows, storedWindowsHelp } from './profile-stored-windows.ts';
import { readReplayOptions } from './replay-options.ts';
import { specSettings } from './spec.ts';

export const help = `Usage: plumbline profile <data.csv> --spec <spec.yaml> [options] > reference.json
       plumbline profile --model <model> --from <time> [--to <time>] [options] > reference.json
       plumbline profile --model <model> --from <time> [--to <time>] --use --reason <text>

Writes a reference profile: what \`plumbline replay --reference reference.json\` and the setting
\`reference: { file: reference.json }\` of a model compare with.

Of a CSV file:

  --spec <file>        what the columns mean (required)
  --reference <n>      only the first n rows; default: all rows
  --window <n|1h>      length of the windows that will be compared with it; default: of the spec
  --delimiter <c>      default: ,
  --sort               sort the rows by time first

${storedWindowsHelp}`;

/** `plumbline profile`: a CSV file, or windows of a collector -> their reference profile on stdout. */
export async function run(args: string[]): Promise<number> {
  if (args.some((argument) => /^--model(=|$)/.test(argument))) return profileStoredWindows(args);
  const options = await readReplayOptions(args.includes('--reference') ? args : [...args, '--reference', allRows]);
  if (!('rows' in options.reference)) {
    throw new PlumblineError('BAD_REQUEST', '--reference of `profile` takes a number of rows');
  }
  const { rows: maximumRows } = options.reference;
  const settings = specSettings(options.spec, { windowMs: options.windowMs, referenceRows: maximumRows });
  const batches: InferenceBatch[] = [];
  const outcomes: LabelledOutcome[] = [];
  for await (const batch of readCsv(options.data, options.spec, { ...options.csv, maximumRows })) {
    batches.push(batch.inferences);
    outcomes.push(...labelsOf(batch.outcomes));
  }
  const { task, features, groups, positive, favourable, sampledRows } = settings;
  const reference = buildReference(batches, outcomes, {
    task,
    features,
    groups,
    positive,
    favourable,
    sampledRows,
    windowMs: options.windowMs,
  });
  process.stdout.write(`${encodeReference(reference)}\n`);
  return 0;
}

function labelsOf(outcomes: OutcomeBatch | null): LabelledOutcome[] {
  if (outcomes === null) return [];
  return outcomes.inferenceIds.flatMap((inferenceId, row) => {
    const label = valueAt(outcomes.values, row);
    return label === null ? [] : { inferenceId, label };
  });
}

const allRows = String(Number.MAX_SAFE_INTEGER);
