import { parseArgs } from 'node:util';
import { problemsOf } from './alarms/acceptance.ts';
import { rules, sections } from './alarms/plan.ts';
import { publishedFor } from './alarms/published.ts';
import { tableOf } from './alarms/table.ts';

/**
 * `npm run bench:alarms`: false alarms and delays of our monitors and of other tools' published rules, side by side and
 * from one seed. `-- --json` prints one document `{name, results: [{scenario, rule, metric, value, published?}]}`, `-- --quick` takes
 * fewer runs, `-- --seed N` other random numbers. Exit code 1 when our own rules break their promise.
 */
const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    seed: { type: 'string', default: '2026' },
  },
});
const seed = Number(values.seed);
if (!Number.isSafeInteger(seed)) throw new RangeError(`--seed ${values.seed}: a whole number is wanted`);

const say = (text: string): void => {
  if (!values.json) process.stdout.write(`${text}\n`);
};

say('In brackets: the figure that was published for it.');
const results = sections(values.quick ? 'quick' : 'full', seed).flatMap(({ title, measure }) => {
  const measured = measure().map((result) => {
    const published = publishedFor(result);
    return published === undefined ? result : { ...result, published };
  });
  say(`\n${title}\n${tableOf(measured)}`);
  return measured;
});

say(
  '\nMay it be switched on? At most one window in 720 with a false alarm on all clean traffic, and shifts seen in time',
);
for (const rule of rules) {
  const problems = problemsOf(rule, results);
  say(`  ${problems.length === 0 ? 'yes' : 'no '}  ${rule.name}${problems.length === 0 ? '' : `: ${problems[0]}`}`);
  if (problems.length > 0 && rule.name.startsWith('Plumbline') && !rule.name.includes('without')) process.exitCode = 1;
}
say('\nRules and where they are published');
for (const { name, source } of rules) say(`  ${name}: ${source}`);
if (values.json) process.stdout.write(`${JSON.stringify({ name: 'alarms', seed, results })}\n`);
