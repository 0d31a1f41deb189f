import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { startHost } from '../../plugin/host/server.ts';
import { prefixedLog, silentLog } from '../stack/log.ts';
import { endOnSignals } from '../stack/process.ts';
import { freePort, startStack } from '../stack/stack.ts';
import { BankClient } from './bank-client.ts';
import { CollectorClient } from './collector-client.ts';
import { People } from './people.ts';
import { type DemoSecrets, demoModel, demoSettings } from './settings.ts';
import { bootstrap, oldLoans, playStory, type Stage, type StoryCounts, settle } from './story.ts';
import { Timeline } from './timeline.ts';

const usage = `usage: npm run demo -- [--once] [--json] [--verbose] [--kill-collector]

Starts everything, plays the story of a model that drifts, and keeps running so that you can look around.

  --once            end when the story has ended; exit code 0 only if every step happened
  --json            print the outcome as one JSON document on the last line
  --verbose         show what every process says
  --kill-collector  kill the collector with SIGKILL in the middle of the story
`;

interface DemoOptions {
  readonly once: boolean;
  readonly json: boolean;
  readonly verbose: boolean;
  readonly killCollector: boolean;
}

async function runDemo(options: DemoOptions): Promise<number> {
  const say = (line: string) => process.stderr.write(`${line}\n`);
  const directory = await mkdtemp(path.join(tmpdir(), 'plumbline-demo-'));
  const timeline = new Timeline(Date.now, say);
  const cleanUps: (() => Promise<unknown>)[] = [() => rm(directory, { recursive: true, force: true })];
  const cleanUp = async () => {
    for (const step of cleanUps.splice(0).reverse()) await step();
  };
  endOnSignals(cleanUp);

  let counts: StoryCounts = { sent: 0, stored: 0, dropped: 0 };
  let problem: string | null = null;
  try {
    const stage = await setUp(directory, options, timeline, cleanUps, say);
    await playStory(stage);
    if (options.once) counts = await settle(stage);
    else await keepRunning(say);
    if (options.once && (counts.sent !== counts.stored || counts.dropped > 0))
      problem = 'events sent and stored differ';
  } catch (error) {
    problem = error instanceof Error ? error.message : String(error);
  }
  await cleanUp();
  tellTheEnd(timeline, counts, problem, say);
  if (options.json) {
    process.stdout.write(
      `${JSON.stringify({ ok: problem === null, steps: timeline.steps, counts, ...(problem === null ? {} : { problem }) })}\n`,
    );
  }
  return problem === null ? 0 : 1;
}

/** Everything started, version 1 serving, and the bank open. */
async function setUp(
  directory: string,
  options: DemoOptions,
  timeline: Timeline,
  cleanUps: (() => Promise<unknown>)[],
  say: (line: string) => void,
): Promise<Stage> {
  const secrets: DemoSecrets = {
    grafanaToken: randomBytes(24).toString('base64url'),
    trainerToken: randomBytes(24).toString('base64url'),
    bankToken: randomBytes(24).toString('base64url'),
    webhookSecret: `whsec_${randomBytes(32).toString('base64')}`,
  };
  const host = await startHost();
  cleanUps.push(() => host.stop());
  const bankPort = await freePort();
  const bankUrl = `http://127.0.0.1:${bankPort}`;
  const stack = await startStack({
    directory,
    apps: { bank: [demoModel] },
    natsUrl: process.env.NATS_URL,
    log: options.verbose ? prefixedLog(process.stderr) : silentLog,
    settings: async (starting) => {
      const trainer = await starting.start({
        name: 'trainer',
        file: 'test/demo/trainer.ts',
        env: {
          COLLECTOR_URL: starting.collectorUrl,
          COLLECTOR_TOKEN: secrets.trainerToken,
          WAREHOUSE_URL: bankUrl,
          WEBHOOK_SECRET: secrets.webhookSecret,
        },
      });
      return demoSettings(secrets, {
        issuer: host.issuer,
        keysUrl: host.keysUrl,
        trainerUrl: String(trainer.ready.http),
      });
    },
  });
  cleanUps.push(() => stack.stop());
  host.connect(stack.collectorUrl, secrets.grafanaToken);
  timeline.add('everything is started', `look at it: ${host.url}`);
  if (!options.once) say(`\n          Open ${host.url} and watch.\n`);

  const people = new People(host.url);
  const old = oldLoans();
  await bootstrap(new CollectorClient(stack.collectorUrl, secrets.trainerToken), { oldLoans: old, people, timeline });
  const nats = stack.natsUser('bank');
  await stack.start({
    name: 'bank',
    file: 'test/demo/bank.ts',
    env: {
      PORT: String(bankPort),
      NATS_URL: nats.servers,
      NATS_USER: nats.user,
      NATS_PASSWORD: nats.pass,
      NATS_INBOX_PREFIX: nats.inboxPrefix,
      COLLECTOR_URL: stack.collectorUrl,
      COLLECTOR_TOKEN: secrets.bankToken,
    },
  });
  return {
    stack,
    people,
    timeline,
    bank: new BankClient(bankUrl),
    trainerToken: secrets.trainerToken,
    oldLoans: old,
    killCollector: options.killCollector,
  };
}

function keepRunning(say: (line: string) => void): Promise<never> {
  say('\nThe story has been told. Everything keeps running for you to click around; Ctrl-C ends it.');
  return new Promise(() => undefined);
}

function tellTheEnd(
  timeline: Timeline,
  counts: StoryCounts,
  problem: string | null,
  say: (line: string) => void,
): void {
  const seconds = timeline.steps.at(-1)?.at ?? 0;
  say('');
  say(`steps          ${timeline.steps.length}`);
  say(`time           ${seconds} s`);
  say(`events sent    ${counts.sent}`);
  say(`events stored  ${counts.stored}`);
  say(`events dropped ${counts.dropped}`);
  say(problem === null ? 'Every step happened.' : `The story broke: ${problem}`);
}

const { values } = parseArgs({
  options: {
    once: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: false },
    'kill-collector': { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  process.stdout.write(usage);
} else {
  process.exitCode = await runDemo({ ...values, killCollector: values['kill-collector'] });
}
