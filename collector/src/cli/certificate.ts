import { existsSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { PlumblineError } from '../errors.ts';
import { alarmCertificate, alarmCertificates } from '../http/api.ts';
import { type AlarmCertificate, certificateFormat, recomputeAlarm } from '../statistics/evidence/index.ts';
import { parseArguments, positionals } from './arguments.ts';
import { collectorClient, collectorHelp, collectorOptions } from './collector-client.ts';
import { parseJson, readText } from './read-file.ts';

export const help = [
  'Usage: plumbline certificate verify <file | - | alert id>',
  '',
  'Computes alarms again from their certificates, bit for bit: no collector, store or reference is needed for it.',
  'A file may be a certificate, or anything that holds some: a finding, the output of `plumbline replay --json`.',
  'Exit code 0: every alarm comes out as certified; 1: one does not.',
  '',
  'Of an alert, the certificates are fetched from the collector:',
  ...collectorHelp,
].join('\n');

/** `plumbline certificate verify` */
export async function run(args: string[]): Promise<number> {
  const { values, positionals: found } = parseArguments({ args, allowPositionals: true, options: collectorOptions });
  const [what, ...rest] = found;
  if (what !== 'verify') throw new PlumblineError('BAD_REQUEST', 'expected verify <file | - | alert id>');
  const { source } = positionals(rest, ['source']);
  const { certificates, withheld } =
    source === '-' || existsSync(source)
      ? {
          certificates: certificatesIn(
            parseJson(source === '-' ? await text(process.stdin) : await readText(source), source),
          ),
          withheld: [],
        }
      : await collectorClient(values).get(`/v1/alerts/${encodeURIComponent(source)}/certificates`, alarmCertificates);
  for (const { signal, from } of withheld) {
    process.stdout.write(
      `held   ${signal} at ${new Date(from).toISOString()}: of a hidden group, for approvers alone\n`,
    );
  }
  if (withheld.length > 0 && certificates.length === 0) return 0;
  if (certificates.length === 0) {
    throw new PlumblineError('BAD_DATA', `there is no alarm certificate in ${source === '-' ? 'the input' : source}`);
  }
  const problems = certificates.map((certificate) => {
    const result = recomputeAlarm(certificate);
    process.stdout.write(`${lineOf(certificate, result.log, result.problems)}\n`);
    return result.problems.length;
  });
  return problems.every((count) => count === 0) ? 0 : 1;
}

/** Every certificate inside a document, wherever it is. Throws `BAD_DATA` for one that is damaged. */
export function certificatesIn(document: unknown): AlarmCertificate[] {
  if (typeof document !== 'object' || document === null) return [];
  if ('format' in document && document.format === certificateFormat) {
    const parsed = alarmCertificate.safeParse(document);
    if (parsed.success) return [parsed.data];
    const issue = parsed.error.issues[0];
    throw new PlumblineError(
      'BAD_DATA',
      `a certificate cannot be read: at ${issue?.path.join('.') || 'its top'}: ${issue?.message ?? 'unreadable'}`,
    );
  }
  return Object.values(document).flatMap(certificatesIn);
}

function lineOf({ subject, alarmLog }: AlarmCertificate, log: number, problems: readonly string[]): string {
  const at = typeof subject.from === 'number' ? new Date(subject.from).toISOString() : 'an unknown time';
  const slice = subject.segment === undefined ? '' : `${subject.segment} `;
  const what = `${subject.model ?? 'unknown model'}/${subject.version ?? '?'} ${slice}${subject.stream ?? ''} at ${at}`;
  return problems.length === 0
    ? `ok     ${what}: evidence e^${log.toFixed(3)} reaches the alarm level e^${alarmLog.toFixed(3)}`
    : `WRONG  ${what}: ${problems.join('; ')}`;
}
