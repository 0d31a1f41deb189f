import type { z } from 'zod';
import { PlumblineError } from '../errors.ts';
import { type deadLetter, deadLetterCodeList, deadLetterDetail, deadLetterList } from '../http/api.ts';
import { parseArguments, positionals } from './arguments.ts';
import { type CollectorClient, collectorClient, collectorHelp, collectorOptions } from './collector-client.ts';
import { printable, table } from './terminal.ts';

export const help = [
  'Usage: plumbline dead-letters list [--code CODE] [--limit 50] [--json]',
  '       plumbline dead-letters show <letter> [--json]',
  '       plumbline dead-letters replay <letter> --reason TEXT',
  '       plumbline dead-letters replay --code CODE --reason TEXT',
  '',
  'Batches that could not be read, the latest first; one of them with its first bytes; another try for one, or for all',
  'of a code, once the cause is mended. However often a letter is replayed, its events count once.',
  '',
  '  --code CODE       letters of this code: UNKNOWN_MODEL, WRONG_PARTITION, BAD_FRAME ...',
  '  --limit N         how many to list; default 50',
  '  --reason TEXT     why they are replayed, for the audit log',
  '  --json            print what the collector answers, as one JSON document',
  ...collectorHelp,
].join('\n');

type Letter = z.output<typeof deadLetter>;
type Detail = z.output<typeof deadLetterDetail>;

/** `plumbline dead-letters list | show | replay`. Exit code 1 when some of a code still cannot be read. */
export async function run(args: string[]): Promise<number> {
  const { values, positionals: found } = parseArguments({
    args,
    allowPositionals: true,
    options: {
      ...collectorOptions,
      code: { type: 'string' },
      limit: { type: 'string', default: '50' },
      reason: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  });
  const client = collectorClient(values);
  const [what = '', ...rest] = found;
  switch (what) {
    case 'list': {
      positionals(rest, []);
      const letters = await readLetters(client, limitOf(values.limit), values.code);
      print(values.json ? JSON.stringify({ items: letters }) : tableOf(letters));
      return 0;
    }
    case 'show': {
      const { letter } = positionals(rest, ['letter']);
      const detail = await readLetter(client, letter);
      print(values.json ? JSON.stringify(detail) : textOf(detail));
      return 0;
    }
    case 'replay': {
      const { code, reason } = values;
      if (reason === undefined)
        throw new PlumblineError('BAD_REQUEST', '--reason TEXT is missing: the audit log keeps it');
      if (code !== undefined) {
        positionals(rest, []);
        return replayCode(client, code, reason);
      }
      return replayOne(client, positionals(rest, ['letter']).letter, reason);
    }
    default:
      throw new PlumblineError('BAD_REQUEST', 'expected list, show <letter>, or replay <letter>');
  }
}

async function readLetters(client: CollectorClient, limit: number, code: string | undefined): Promise<Letter[]> {
  const letters: Letter[] = [];
  let cursor: string | null = null;
  do {
    const query = new URLSearchParams({ limit: String(Math.min(limit - letters.length, pageSize)) });
    if (code !== undefined) query.set('code', code);
    if (cursor !== null) query.set('cursor', cursor);
    const page: z.output<typeof deadLetterList> = await client.get(`/v1/dead-letters?${query}`, deadLetterList);
    letters.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null && letters.length < limit);
  return letters;
}

function readLetter(client: CollectorClient, letter: string): Promise<Detail> {
  return client.get(`/v1/dead-letters/${encodeURIComponent(letter)}`, deadLetterDetail);
}

async function replayOne(client: CollectorClient, letter: string, reason: string): Promise<number> {
  const { revision } = await readLetter(client, letter);
  const { text } = await client.act(`replay-dead-letter/${encodeURIComponent(letter)}`, revision, { reason });
  print(text);
  return 0;
}

/** Each action replays a part of them: asked for until there are none left, or only some that still cannot be read. */
async function replayCode(client: CollectorClient, code: string, reason: string): Promise<number> {
  for (let replayed = false; ; replayed = true) {
    const { items } = await client.get('/v1/dead-letter-codes', deadLetterCodeList);
    const found = items.find((item) => item.code === code);
    if (found === undefined) throw new PlumblineError('NOT_FOUND', `no dead letter of the code ${code} is kept`);
    if (found.waiting === 0) {
      if (!replayed) print('None of them waits: all were replayed before');
      return 0;
    }
    const action = `replay-dead-letters/${encodeURIComponent(code)}`;
    const { outcome, text } = await client.act(action, found.revision, { reason });
    print(text);
    if (outcome === 'unchanged') return 1;
  }
}

function tableOf(letters: readonly Letter[]): string {
  if (letters.length === 0) return 'no dead letters';
  return table(
    [
      { title: 'letter', align: 'right' },
      { title: 'stored' },
      { title: 'code' },
      { title: 'replayed' },
      { title: 'reason' },
    ],
    letters.map(({ id, at, code, replayed, reason }) => [
      ...[id, timeOf(at), code, replayed === null ? 'no' : timeOf(replayed.at)],
      printable(reason),
    ]),
  );
}

function textOf({ id, at, subject, code, reason, bytes, replayed, payload }: Detail): string {
  const head = payload === null ? null : (payload.text ?? payload.hex);
  return [
    `letter    ${id}, ${bytes} bytes, stored ${timeOf(at)}`,
    `subject   ${printable(subject)}`,
    `reason    ${code}: ${printable(reason)}`,
    `replayed  ${replayed === null ? 'no' : `${timeOf(replayed.at)} by ${printable(replayed.by)}`}`,
    '',
    head === null ? 'the broker no longer has its bytes' : head.split('\n').map(printable).join('\n'),
    ...(payload?.cut ? ['', `the first 4,096 of ${payload.bytes} bytes`] : []),
  ].join('\n');
}

function limitOf(text: string): number {
  if (!/^[1-9]\d{0,4}$/.test(text)) throw new PlumblineError('BAD_REQUEST', `--limit ${text}: expected 1 to 99999`);
  return Number(text);
}

function timeOf(at: number): string {
  return new Date(at).toISOString();
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

const pageSize = 500;
