import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { ModelDetail } from '@plumbline/collector/api';
import { startHost } from '../../plugin/host/server.ts';
import { prefixedLog, silentLog } from '../stack/log.ts';
import { endOnSignals } from '../stack/process.ts';
import { freePort, startStack } from '../stack/stack.ts';
import { BankClient } from './bank-client.ts';
import { CollectorClient } from './collector-client.ts';
import { People } from './people.ts';
import { type DemoSecrets, demoModel, demoSettings, firstEventAt } from './settings.ts';
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
  let told: Stage | null = null;

  /** Settles the accounts of a story that was told to its end, stops everything, and says how it went. */
  const finish = async (problem: string | null): Promise<number> => {
    const account = told === null ? { counts: nothing, problem } : await settleAccounts(told);
    for (const step of cleanUps.splice(0).reverse()) await step();
    tellTheEnd(timeline, account, options, say);
    return account.problem === null ? 0 : 1;
  };
  endOnSignals(async () => {
    await finish('it was stopped before its end');
  });

  try {
    const stage = await setUp(directory, options, timeline, cleanUps, say);
    await playStory(stage);
    told = stage;
    if (!options.once) await keepRunning(stage, say);
    return await finish(null);
  } catch (error) {
    return await finish(error instanceof Error ? error.message : String(error));
  }
}

interface Account {
  readonly counts: StoryCounts;
  readonly problem: string | null;
}

const nothing: StoryCounts = { sent: 0, stored: 0, dropped: 0 };

async function settleAccounts(stage: Stage): Promise<Account> {
  try {
    const counts = await settle(stage);
    const isExact = counts.sent === counts.stored && counts.dropped === 0;
    return { counts, problem: isExact ? null : 'the events sent are not the events stored' };
  } catch (error) {
    return { counts: nothing, problem: error instanceof Error ? error.message : String(error) };
  }
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
  if (!options.once) {
    say(`\n          Open ${host.url} and watch.`);
    say(`          Prometheus can scrape ${stack.collectorUrl}/metrics\n`);
  }

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
    hostUrl: host.url,
    timeline,
    bank: new BankClient(bankUrl),
    trainerToken: secrets.trainerToken,
    oldLoans: old,
    killCollector: options.killCollector,
  };
}

async function keepRunning({ people, hostUrl }: Stage, say: (line: string) => void): Promise<never> {
  const { lastEventAt } = await people.read<ModelDetail>(`/v1/models/${demoModel}`);
  say('\nThe story has been told. Everything keeps running for you to click around; Ctrl-C ends it.');
  say(`The dashboard of the story: ${hostUrl}/d/plumbline-explain?from=${firstEventAt}&to=${lastEventAt}`);
  return new Promise(() => undefined);
}

function tellTheEnd(
  { steps }: Timeline,
  { counts, problem }: Account,
  { json }: DemoOptions,
  say: (line: string) => void,
): void {
  say('');
  say(`steps          ${steps.length}`);
  say(`time           ${steps.at(-1)?.at ?? 0} s`);
  say(`events sent    ${counts.sent}`);
  say(`events stored  ${counts.stored}`);
  say(`events dropped ${counts.dropped}`);
  say(problem === null ? 'Every step happened.' : `The story broke: ${problem}`);
  if (!json) return;
  const outcome = { ok: problem === null, steps, counts, ...(problem === null ? {} : { problem }) };
  process.stdout.write(`${JSON.stringify(outcome)}\n`);
}

function readOptions() {
  try {
    return parseArgs({
      options: {
        once: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        verbose: { type: 'boolean', default: false },
        'kill-collector': { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    process.exit(2);
  }
}

const values = readOptions();
if (values.help) {
  process.stdout.write(usage);
} else {
  process.exitCode = await runDemo({ ...values, killCollector: values['kill-collector'] });
}
