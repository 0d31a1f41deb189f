import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { table } from '../../collector/src/cli/terminal.ts';
import { postgresMissing } from '../stack/postgres.ts';
import { endOnSignals } from '../stack/process.ts';
import { type CampaignResult, faults, runCampaign } from './campaign.ts';

/**
 * `npm run test:faults`: more than 200 faults at random moments, over one collector and three, SQLite and PostgreSQL. Each
 * campaign must balance to the event; the last one runs a wrong build, and must not.
 *
 *   --faults N   in each campaign (default 75)     --seed N   (default: the day)
 *   --store S    only campaigns on sqlite or on postgres              --json   the result as a document
 */
const { values } = parseArgs({
  options: {
    faults: { type: 'string' },
    seed: { type: 'string' },
    store: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const count = Number(values.faults ?? 75);
const seed = Number(values.seed ?? Math.floor(Date.now() / 86_400_000));
const say = (line: string) => process.stderr.write(`${line}\n`);
const directory = mkdtempSync(join(tmpdir(), 'plumbline-faults-'));
const cleanUp = async () => rmSync(directory, { recursive: true, force: true });
endOnSignals(cleanUp);

const missing = postgresMissing();
if (missing !== undefined) say(`without PostgreSQL: ${missing}`);
const plans = [
  { name: 'SQLite, 1 collector', store: 'sqlite', collectors: 1, faults: count },
  ...(missing === undefined
    ? ([
        { name: 'PostgreSQL, 1 collector', store: 'postgres', collectors: 1, faults: count },
        { name: 'PostgreSQL, 3 collectors', store: 'postgres', collectors: 3, faults: count },
      ] as const)
    : []),
  {
    name: 'checkpoint first (wrong on purpose)',
    store: 'sqlite',
    collectors: 1,
    faults: Array.from({ length: 12 }, () => 'collector' as const),
    order: 'checkpoint first',
  },
] as const;

say(`seed ${seed}`);
const results: { name: string; isWrong: boolean; result: CampaignResult }[] = [];
for (const [index, { name, ...plan }] of plans.entries()) {
  if (values.store !== undefined && values.store !== plan.store) continue;
  const result = await runCampaign({ ...plan, directory: join(directory, String(index)), seed: seed + index });
  results.push({ name, isWrong: 'order' in plan, result });
  say(`${name}: ${result.balanced ? 'balanced' : 'NOT balanced'}, ${result.seconds.toFixed(0)} s`);
  if ('order' in plan || result.balanced) continue;
  for (const wrong of result.wrongWindows.slice(0, 10)) say(`  ${wrong}`);
  say(result.said);
}
await cleanUp();

const right = results.filter(({ isWrong }) => !isWrong);
const struck = right.reduce((sum, { result }) => sum + Object.values(result.faults).reduce((a, b) => a + b, 0), 0);
const passed = results.every(({ isWrong, result }) => result.balanced !== isWrong);
if (values.json) {
  const metrics = results.flatMap(({ name, result }) => [
    ...faults.map((fault) => ({ metric: `${name}: faults, ${fault}`, value: result.faults[fault], unit: '' })),
    { metric: `${name}: acknowledged, missing`, value: result.missing, unit: 'events' },
    { metric: `${name}: sent`, value: result.sent, unit: 'events' },
    { metric: `${name}: counted`, value: result.counted, unit: 'events' },
    { metric: `${name}: wrong windows`, value: result.wrongWindows.length, unit: 'windows' },
    { metric: `${name}: duration`, value: Math.round(result.seconds), unit: 's' },
  ]);
  const document = {
    name: 'faults',
    seed,
    passed,
    results: [{ metric: 'faults', value: struck, unit: '' }, ...metrics],
  };
  process.stdout.write(`${JSON.stringify(document)}\n`);
} else {
  const verdict = `${struck} faults in ${right.length} campaigns: ${passed ? 'every event counted once' : 'FAILED'}`;
  process.stdout.write(`${tableOf(results)}\n\n${verdict}\n`);
}
process.exitCode = passed ? 0 : 1;

function tableOf(campaigns: typeof results): string {
  const numbers = [...faults, 'sent', 'counted', 'acknowledged, missing', 'windows wrong', 's'];
  return table(
    [{ title: 'campaign' }, ...numbers.map((title) => ({ title, align: 'right' as const })), { title: 'ledger' }],
    campaigns.map(({ name, isWrong, result }) => [
      name,
      ...faults.map((fault) => String(result.faults[fault])),
      ...[result.sent, result.counted, result.missing, result.wrongWindows.length, Math.round(result.seconds)].map(
        String,
      ),
      `${result.balanced ? 'balances' : 'does not balance'}${isWrong ? ', as it must not' : ''}`,
    ]),
  );
}
