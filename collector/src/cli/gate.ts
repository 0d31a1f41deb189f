import { setTimeout as sleep } from 'node:timers/promises';
import type { z } from 'zod';
import { durationMs } from '../config/settings.ts';
import { PlumblineError } from '../errors.ts';
import { type gateVerdict, type versionDetail, versionList } from '../http/api.ts';
import { parseArguments, positionals } from './arguments.ts';
import { type CollectorClient, collectorClient, collectorHelp, collectorOptions } from './collector-client.ts';

export const help = [
  'Usage: plumbline gate <model> <version> [--wait] [--timeout 10m] [--json]',
  '',
  "The verdict of a version's gates. Exit code 0: all pass; 1: one fails; 2: not known (no data is never a pass).",
  '',
  '  --wait            wait until the gates have looked',
  '  --timeout TIME    how long to wait; default 10m',
  '  --json            print the verdict and every gate as one JSON document',
  ...collectorHelp,
].join('\n');

type VersionBody = z.output<typeof versionDetail>;
type Verdict = z.output<typeof gateVerdict>;

const pollMs = 500;
const exitCodes: Readonly<Record<Verdict, number>> = { pass: 0, fail: 1, inconclusive: 2, error: 2 };

/** `plumbline gate`: what a pipeline asks before it goes on. */
export async function run(args: string[]): Promise<number> {
  const { values, positionals: found } = parseArguments({
    args,
    allowPositionals: true,
    options: {
      ...collectorOptions,
      wait: { type: 'boolean', default: false },
      timeout: { type: 'string', default: '10m' },
      json: { type: 'boolean', default: false },
    },
  });
  const { model, version } = positionals(found, ['model', 'version']);
  const timeout = durationMs.safeParse(values.timeout);
  if (!timeout.success) {
    throw new PlumblineError('BAD_REQUEST', `--timeout ${values.timeout}: ${timeout.error.issues[0]?.message}`);
  }
  const client = collectorClient(values);
  const deadline = Date.now() + (values.wait ? timeout.data : 0);
  let detail = await readVersion(client, model, version);
  while (!isDecided(detail) && Date.now() < deadline) {
    await sleep(pollMs);
    detail = await readVersion(client, model, version);
  }
  const verdict = verdictOf(detail);
  process.stdout.write(
    `${values.json ? JSON.stringify({ model, version, verdict, state: detail.state, gates: detail.gates }) : table(model, detail, verdict)}\n`,
  );
  return exitCodes[verdict];
}

/** The worst of all gates; states that only passed or failed gates lead to say it too. */
export function verdictOf({ state, gates }: Pick<VersionBody, 'state' | 'gates'>): Verdict {
  if (state === 'rejected' || state === 'rolled_back' || state === 'quarantined') {
    return 'fail';
  }
  const order: readonly Verdict[] = ['fail', 'error', 'inconclusive'];
  return (
    order.find((verdict) => gates.some((gate) => gate.verdict === verdict)) ??
    (gates.length > 0 ? 'pass' : 'inconclusive')
  );
}

function isDecided(detail: VersionBody): boolean {
  const verdict = verdictOf(detail);
  return verdict === 'pass' || verdict === 'fail';
}

async function readVersion(client: CollectorClient, model: string, version: string): Promise<VersionBody> {
  const { versions } = await client.get(`/v1/models/${encodeURIComponent(model)}/versions`, versionList);
  const found = versions.find((candidate) => candidate.version === version);
  if (found === undefined) {
    throw new PlumblineError('UNKNOWN_VERSION', `the model has no version ${version}`);
  }
  return found;
}

function table(model: string, { version, state, gates }: VersionBody, verdict: Verdict): string {
  const width = Math.max(0, ...gates.map(({ gate }) => gate.length));
  const lines = gates.map((gate) => `  ${gate.gate.padEnd(width)}  ${gate.verdict.padEnd(12)}  ${gate.reason}`);
  return [`${model} ${version}: ${verdict} (${state})`, ...lines].join('\n');
}
