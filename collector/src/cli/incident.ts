import { parseArguments, positionals } from './arguments.ts';
import { collectorClient, collectorHelp, collectorOptions } from './collector-client.ts';

export const help = [
  'Usage: plumbline incident <alert>',
  '',
  'An alert as a Markdown document on stdout: what, since when, who was hurt, evidence, timeline, actions with the',
  'hashes of their audit records.',
  '',
  ...collectorHelp,
].join('\n');

/** `plumbline incident`: what somebody keeps of an alert, or sends on. */
export async function run(args: string[]): Promise<number> {
  const { values, positionals: found } = parseArguments({ args, allowPositionals: true, options: collectorOptions });
  const { alert } = positionals(found, ['alert']);
  process.stdout.write(await collectorClient(values).text(`/v1/alerts/${encodeURIComponent(alert)}/incident`));
  return 0;
}
