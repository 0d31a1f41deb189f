import { PlumblineError } from '../errors.ts';
import { modelDetail, referenceFile } from '../http/api.ts';
import { parseArguments } from './arguments.ts';
import { type CollectorClient, collectorClient, collectorHelp, collectorOptions } from './collector-client.ts';

export const storedWindowsHelp = [
  'Of windows that a collector has stored: those that start in [from, to) and are closed, in the bins of the reference',
  'that the version has. With --use the version is compared with it from the next window on.',
  '',
  '  --model <model>      whose windows (required)',
  '  --from, --to <time>  event time: 2026-11-01, 2026-11-01T08:00Z or milliseconds; default of --to: the last closed window',
  '  --version <version>  default: the champion',
  '  --segment <segment>  a segment of its traffic, channel=web; default: the whole',
  '  --use                change what the version is compared with; takes a --reason, which the audit log keeps',
  ...collectorHelp,
].join('\n');

/** `plumbline profile --model`: stored windows -> a reference on stdout, or in use. */
export async function profileStoredWindows(args: string[]): Promise<number> {
  const text = { type: 'string' } as const;
  const { values } = parseArguments({
    args,
    options: {
      ...collectorOptions,
      model: text,
      from: text,
      to: text,
      version: text,
      segment: text,
      reason: text,
      use: { type: 'boolean', default: false },
    },
  });
  const { model = '', version, segment, reason } = values;
  if (values.from === undefined) throw new PlumblineError('BAD_REQUEST', '--from <time> is missing');
  if (values.use !== (reason !== undefined)) throw new PlumblineError('BAD_REQUEST', '--use and --reason go together');
  const range = { from: timeOf('--from', values.from), ...(values.to && { to: timeOf('--to', values.to) }) };
  const slice = { ...(version && { version }), ...(segment && { segment }), ...range };
  const client = collectorClient(values);
  process.stdout.write(
    `${values.use ? await use(client, model, { ...slice, reason }) : await read(client, model, slice)}\n`,
  );
  return 0;
}

async function read(client: CollectorClient, model: string, slice: Readonly<Record<string, string | number>>) {
  const query = new URLSearchParams(Object.entries(slice).map(([name, value]) => [name, String(value)]));
  return JSON.stringify(await client.get(`/v1/models/${encodeURIComponent(model)}/reference?${query}`, referenceFile));
}

async function use(client: CollectorClient, model: string, body: Readonly<Record<string, unknown>>): Promise<string> {
  const { revision } = await client.get(`/v1/models/${encodeURIComponent(model)}`, modelDetail);
  return (await client.act(`set-reference/${encodeURIComponent(model)}`, revision, body)).text;
}

/** Milliseconds. A time of day needs its zone: machines differ. */
function timeOf(option: string, text: string): number {
  if (/^-?\d+$/.test(text)) return Number(text);
  const time = /^\d{4}-\d\d-\d\d(T.*(Z|[+-]\d\d:?\d\d))?$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time)) {
    throw new PlumblineError(
      'BAD_REQUEST',
      `${option} ${text}: expected 2026-11-01, 2026-11-01T08:00Z or milliseconds`,
    );
  }
  return time;
}
