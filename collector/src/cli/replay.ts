import { stat } from 'node:fs/promises';
import { declaredSegmentsOf } from '../config/segments.ts';
import { cannotRead, PlumblineError } from '../errors.ts';
import { createEngine } from '../main/engine.ts';
import { silentLogger } from '../main/logger.ts';
import type { Finding } from '../monitor/finding.ts';
import { countText } from '../monitor/sentences/text.ts';
import type { Reference } from '../profile/index.ts';
import { readFindings, readProfiles, readReference, type VersionKey } from '../store/history.ts';
import type { ReadTransaction } from '../store/port.ts';
import { openSqliteStore } from '../store/sqlite.ts';
import { type ReplayBatch, readCsv } from './csv.ts';
import { createProgress, type Progress } from './progress.ts';
import { type ReplayResult, replayDocument } from './replay-document.ts';
import { type ReplayOptions, readReplayOptions } from './replay-options.ts';
import { placeText, summaryText, windowsText } from './replay-text.ts';
import { specSettings } from './spec.ts';
import { paintFor } from './terminal.ts';

export const help = `Usage: plumbline replay <data.csv> --spec <spec.yaml> [options]

Runs a history through the engine and the monitors of the collector, and tells what they would have found.

  --spec <file>            what the columns mean (required)
  --reference <n|file>     compare with the first n rows, or with a profile made by \`plumbline profile\`
                           default: of the spec, else the first fifth of the rows, at most 5000
  --window <n|1h>          windows of n rows, or of a length of time (the spec then needs a time column)
                           default: of the spec, else 1d with a time column, else 1000 rows
  --delimiter <c>          default: ,
  --sort                   sort the rows by time first
  --json                   print one JSON document instead of text`;

/** \`plumbline replay\`: findings by window and tables of everything, or one JSON document, on stdout. */
export async function run(args: string[]): Promise<number> {
  const options = await readReplayOptions(args);
  const progress = createProgress(process.stderr, () => performance.now());
  let result: ReplayResult;
  try {
    result = await replay(options, progress);
  } finally {
    progress.clear();
  }
  const document = replayDocument(result);
  if (options.json) {
    process.stdout.write(`${JSON.stringify(document)}\n`);
    return 0;
  }
  const paint = paintFor(process.stdout, process.env);
  const place = placeText(document.unit);
  const judged = document.windows.filter((window) => !window.inReference);
  const lines = [
    paint.bold(
      `${countText(document.rows)} rows, ${countText(judged.length)} windows compared with a reference of ${countText(document.reference.rows)} rows`,
    ),
    judged.length === 0
      ? paint.yellow('All rows went into the reference: say --reference with fewer rows to compare the rest with it.')
      : windowsText(judged, place, paint),
    '',
    summaryText(document, process.stdout.columns || defaultColumns, paint),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
  return 0;
}

const defaultColumns = 120;
/** Counted rows that wait in memory: what is committed together costs less. */
const commitBytes = 4_000_000;

/** Feeds a file to an engine on a store in memory, and reads back what it stored. */
export async function replay(options: ReplayOptions, progress: Progress): Promise<ReplayResult> {
  const { spec, windowMs, rowsPerWindow, reference: wanted } = options;
  const settings = specSettings(spec, { windowMs, referenceRows: 'rows' in wanted ? wanted.rows : 1 });
  const given = 'profile' in wanted ? wanted.profile : undefined;
  const size = await sizeOf(options.data);
  const store = await openSqliteStore({ path: ':memory:' });
  try {
    const engine = await createEngine({
      store,
      models: [settings],
      budget: spec.budget,
      // Nothing in a replay may depend on when it runs.
      clock: () => 0,
      logger: silentLogger,
      startingReference: () => given,
    });
    let rows = 0;
    for await (const batch of readCsv(options.data, spec, options.csv)) {
      if (given !== undefined && rows === 0) checkReference(given, batch);
      engine.apply(batch.inferences, null);
      if (batch.outcomes !== null) engine.apply(batch.outcomes, null);
      if (engine.uncommittedBytes() > commitBytes) await engine.commit();
      rows += batch.inferences.count;
      progress.show(batch.bytesRead, size, `${countText(rows)} rows`);
    }
    await engine.finish();
    const key = { model: settings.name, environment: settings.environment, version: spec.version };
    return await store.read(async (transaction) => {
      const reference = await readReference(transaction, key);
      if (reference === undefined) throw new Error('the engine finished without a reference');
      const profiles = await readProfiles(transaction, key);
      const findings = await findingsByWindow(transaction, [key]);
      const segments = declaredSegmentsOf(settings).map(({ segment }) => ({ ...key, segment }));
      const segmentFindings = await findingsByWindow(transaction, segments);
      const windows = profiles.map(({ from, to, profile }) => ({
        from,
        to,
        profile,
        findings: findings.get(from) ?? [],
        segmentFindings: segmentFindings.get(from) ?? [],
      }));
      return {
        settings,
        version: spec.version,
        rows,
        rowsPerWindow,
        reference,
        referenceFromFile: given === undefined,
        windows,
      };
    });
  } finally {
    await store.close();
  }
}

async function findingsByWindow(
  transaction: ReadTransaction,
  keys: readonly VersionKey[],
): Promise<Map<number, readonly Finding[]>> {
  const found = new Map<number, readonly Finding[]>();
  for (const key of keys) {
    for (const { from, findings } of await readFindings(transaction, key)) {
      found.set(from, [...(found.get(from) ?? []), ...findings]);
    }
  }
  return found;
}

/** A profile of other data would make every missing column look like a failure of the data. */
function checkReference({ shape }: Reference, { inferences }: ReplayBatch): void {
  const present = new Set(inferences.schema.features.map(({ name }) => name));
  const absent = shape.signals.filter(({ kind, name }) => kind === 'feature' && !present.has(name));
  if (absent.length === 0) return;
  const names = absent.map(({ name }) => `"${name}"`).join(', ');
  throw new PlumblineError(
    'BAD_DATA',
    `the reference was made of other data: it has feature ${names}, the file has not`,
  );
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (cause) {
    throw new PlumblineError('BAD_DATA', cannotRead(path, cause), { cause });
  }
}
