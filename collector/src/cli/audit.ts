import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { PlumblineError } from '../errors.ts';
import { auditHeads, auditPage } from '../http/api.ts';
import { type AuditRecord, type AuditSource, auditSource } from '../store/audit.ts';
import { readSignedHeads, verifyAnchoredAudit } from '../store/audit-heads.ts';
import { keyIdOf, readPublicKey, type SignedHead, signedHead } from '../store/audit-signature.ts';
import { openStore } from '../store/open.ts';
import { sortableNumber } from '../store/port.ts';
import { parseArguments, positionals } from './arguments.ts';
import { type CollectorClient, collectorClient, collectorHelp, collectorOptions } from './collector-client.ts';
import { parseJson, readText } from './read-file.ts';

export const help = [
  'Usage: plumbline audit verify [--store collector.sqlite] [--public-key FILE] [--head FILE]',
  '       plumbline audit head [--store collector.sqlite]',
  '       plumbline audit key',
  '',
  'verify reads the whole audit log here and names the first thing that is wrong with it. Exit code 0: whole; 1: tampered',
  'with. A cut-off tail or a rewrite of everything shows only against a head that was noted somewhere else, or against',
  'heads signed with a key that the store never holds. head prints the latest signed head, to be noted; a webhook with the',
  'event audit.checkpoint receives them too. key makes a signing key for collector.audit.signingKey.',
  '',
  '  --store STORE       read the store itself, of a running or a stopped collector: a file, or postgres://...',
  '  --public-key FILE   key that signed the heads, in PEM; may be given more than once',
  '  --head FILE         a signed head that was noted, as JSON, or the event that brought it; may be given more than once',
  ...collectorHelp,
].join('\n');

interface Log {
  readonly source: AuditSource;
  readonly heads: readonly SignedHead[];
}

/** `plumbline audit verify | head | key` */
export async function run(args: string[]): Promise<number> {
  const { values, positionals: found } = parseArguments({
    args,
    allowPositionals: true,
    options: {
      ...collectorOptions,
      store: { type: 'string' },
      'public-key': { type: 'string', multiple: true, default: [] },
      head: { type: 'string', multiple: true, default: [] },
    },
  });
  const [what, ...rest] = found;
  positionals(rest, []);
  switch (what) {
    case 'key':
      process.stdout.write(newKey());
      return 0;
    case 'head':
      return withLog(values, async ({ heads }) => {
        const [latest] = heads;
        if (latest === undefined) throw new PlumblineError('NOT_FOUND', 'no head of the audit log was signed yet');
        process.stdout.write(`${JSON.stringify(latest)}\n`);
        return 0;
      });
    case 'verify': {
      const publicKeys = await Promise.all(
        values['public-key'].map(async (path) => readPublicKey(await readText(path))),
      );
      const noted = await Promise.all(values.head.map(readHead));
      return withLog(values, async (log) => {
        const verification = await verifyAnchoredAudit(log.source, { publicKeys, stored: log.heads, noted });
        process.stdout.write(`${JSON.stringify(verification)}\n`);
        return verification.ok ? 0 : 1;
      });
    }
    default:
      throw new PlumblineError('BAD_REQUEST', 'expected verify, head or key');
  }
}

async function withLog(
  values: {
    readonly store?: string | undefined;
    readonly collector?: string | undefined;
    readonly token?: string | undefined;
  },
  work: (log: Log) => Promise<number>,
): Promise<number> {
  if (values.store === undefined) {
    const client = collectorClient(values);
    const { items } = await client.get('/v1/audit/heads', auditHeads);
    return work({ source: await remoteSource(client), heads: items });
  }
  const isAddress = /^postgres(ql)?:\/\//.test(values.store);
  const store = await openStore(isAddress ? { postgres: values.store } : { sqlite: values.store }, { readOnly: true });
  try {
    return await store.read(async (transaction) =>
      work({ source: await auditSource(transaction), heads: await readSignedHeads(transaction, 10_000) }),
    );
  } finally {
    await store.close();
  }
}

/** The log as the API gives it, verified here: a collector that was tampered with is not asked what it thinks of itself. */
async function remoteSource(client: CollectorClient): Promise<AuditSource> {
  const [latest] = (await client.get('/v1/audit?order=newest&limit=1', auditPage)).items;
  return {
    head: latest === undefined ? undefined : { sequence: latest.sequence, hash: latest.hash },
    async page(after) {
      const { items } = await client.get(
        `/v1/audit?limit=100${after === undefined ? '' : `&after=${Number(after)}`}`,
        auditPage,
      );
      // The page has the shape in which records are written: what is verified is the hash over all of it.
      return items.map((value) => ({ key: sortableNumber(value.sequence), value: value as AuditRecord }));
    },
  };
}

async function readHead(path: string): Promise<SignedHead> {
  const json = parseJson(await readText(path), path);
  // The body of the webhook has the head as its data.
  const data = json !== null && typeof json === 'object' && 'data' in json ? json.data : json;
  const parsed = signedHead.safeParse(data);
  if (!parsed.success) throw new PlumblineError('BAD_DATA', `${path} holds no signed head of an audit log`);
  return parsed.data;
}

function newKey(): string {
  const { privateKey, publicKey }: { privateKey: KeyObject; publicKey: KeyObject } = generateKeyPairSync('ed25519');
  const secret = privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64');
  return [
    `# key id ${keyIdOf(publicKey)}`,
    '# private: collector.audit.signingKey, by way of the environment',
    secret,
    '# public: for plumbline audit verify --public-key',
    String(publicKey.export({ format: 'pem', type: 'spki' })),
  ].join('\n');
}
