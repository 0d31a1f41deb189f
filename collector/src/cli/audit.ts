import { PlumblineError } from '../errors.ts';
import { auditVerification } from '../http/api.ts';
import { verifyAudit } from '../store/audit.ts';
import { openStore } from '../store/open.ts';
import { parseArguments, positionals } from './arguments.ts';
import { collectorClient, collectorHelp, collectorOptions } from './collector-client.ts';

const help = [
  'Usage: plumbline audit verify [--store collector.sqlite]',
  '',
  'Reads the whole audit log and names the first thing that is wrong with it. Exit code 0: whole; 1: tampered with.',
  'Note the head it prints somewhere else: a rewrite of everything shows only against that.',
  '',
  '  --store STORE     read the store itself, of a running or a stopped collector: a file, or postgres://...',
  ...collectorHelp,
].join('\n');

/** `plumbline audit verify` */
export async function run(args: string[]): Promise<number> {
  const { values, positionals: found } = parseArguments({
    args,
    allowPositionals: true,
    options: { ...collectorOptions, store: { type: 'string' } },
  });
  if (values.help === true) {
    process.stdout.write(`${help}\n`);
    return 0;
  }
  const { what } = positionals(found, ['what']);
  if (what !== 'verify') {
    throw new PlumblineError(
      'BAD_REQUEST',
      `there is no \`plumbline audit ${what}\`; there is \`plumbline audit verify\``,
    );
  }
  const verification =
    values.store === undefined
      ? await collectorClient(values).get('/v1/audit/verify', auditVerification)
      : await verifyStore(values.store);
  process.stdout.write(`${JSON.stringify(verification)}\n`);
  return verification.ok ? 0 : 1;
}

async function verifyStore(named: string) {
  const isAddress = /^postgres(ql)?:\/\//.test(named);
  const store = await openStore(isAddress ? { postgres: named } : { sqlite: named }, { readOnly: true });
  try {
    return await store.read(verifyAudit);
  } finally {
    await store.close();
  }
}
