import type {
  Alert,
  AlertList,
  Approval,
  AuditVerification,
  CollectorStatus,
  FairnessReport,
  ModelDetail,
  RetrainJobList,
  VersionDetail,
  VersionList,
  WeakSegmentReport,
} from '@plumbline/collector/api';
import type { Stack } from '../stack/stack.ts';
import type { BankClient, BankStatus } from './bank-client.ts';
import { CollectorClient } from './collector-client.ts';
import { drawHistory } from './history.ts';
import type { People } from './people.ts';
import { seededRandom } from './random.ts';
import { demoModel, eventStepMs } from './settings.ts';
import { StoryError, type Timeline, until } from './timeline.ts';
import { publishVersion, trainVersion } from './training.ts';

/** How long a step may take on a machine that has much else to do. */
const patienceMs = 180_000;

/** Everything the story plays with. */
export interface Stage {
  readonly stack: Stack;
  readonly people: People;
  /** Where the plugin is shown. */
  readonly hostUrl: string;
  readonly bank: BankClient;
  readonly trainerToken: string;
  readonly timeline: Timeline;
  /** Loans from before the shift, for a version that should not have been trained on them. */
  readonly oldLoans: ReturnType<typeof drawHistory>;
  /** Kills the collector with SIGKILL just after the world has shifted. */
  readonly killCollector: boolean;
}

export interface StoryCounts {
  readonly sent: number;
  readonly stored: number;
  readonly dropped: number;
}

const models = `/v1/models/${demoModel}`;
const historyRows = 6_000;
const switchLimitMs = 2_000;

/** Loans decided before the demo begins. */
export function oldLoans() {
  const day = 86_400_000;
  return drawHistory(seededRandom(7), 'before', historyRows, Date.UTC(2025, 10, 1) - day, eventStepMs);
}

/** Trains version 1 on old loans and makes it the champion. Before the bank opens. */
export async function bootstrap(
  client: CollectorClient,
  stage: Pick<Stage, 'oldLoans' | 'people' | 'timeline'>,
): Promise<void> {
  const trained = trainVersion(stage.oldLoans);
  await client.register(demoModel, await publishVersion(client, '1', trained));
  await promote(stage.people, '1', 'first version of the model');
  stage.timeline.add('version 1 serves', `trained on ${trained.training.length} loans, approved by ada and grace`);
}

/** The whole story. Throws a `StoryError` that says which step did not happen. */
export async function playStory(stage: Stage): Promise<void> {
  await healthyLife(stage);
  if (stage.killCollector) await collectorCrashes(stage);
  await driftIsCaught(stage);
  await successorIsPromoted(stage);
  await badVersionIsRolledBack(stage);
  await auditHolds(stage);
}

/** Stops the bank, waits until everything it sent is stored, and compares the counts. */
export async function settle(stage: Stage): Promise<StoryCounts> {
  const bank = await stage.bank.close();
  const sent = bank.inferences + bank.outcomes;
  const dropped = Object.values(bank.dropped).reduce((sum, count) => sum + count, 0);
  const stored = await until('the collector to store everything', 30_000, async () => {
    const { counts } = await stage.people.read<CollectorStatus>('/v1/status');
    const total = counts.inferences + counts.outcomes;
    return total >= sent && total;
  });
  stage.timeline.add('everything is stored', `${sent} events sent, ${stored} stored, ${dropped} dropped`);
  return { sent, stored, dropped };
}

async function healthyLife({ people, timeline, bank }: Stage): Promise<void> {
  const detail = await until('inferences to arrive', 20_000, async () => {
    const model = await people.read<ModelDetail>(models);
    return model.rowsLastHour > 0 && model;
  });
  timeline.add(
    'inferences arrive',
    `${detail.model} ${detail.champion}, compared with ${detail.reference?.rows ?? 0} rows it was trained on`,
  );
  const closed = await until('six quiet windows', patienceMs, async () => {
    const { traffic } = await people.read<ModelDetail>(models);
    return traffic.length >= 7 && traffic;
  });
  const { items } = await people.read<AlertList>(`/v1/alerts?model=${demoModel}`);
  const fired = items.filter((alert) => alert.firedAt !== null);
  if (fired.length > 0) throw new StoryError(`an alert fired before anything had changed: ${fired[0]?.sentence}`);
  timeline.add('all is well', `${closed.length} windows of an hour, no alert`);
  await bank.shift();
  timeline.add('the world shifts', 'wages rise, and women take up subsidised loans that the state serves');
}

async function collectorCrashes({ stack, timeline }: Stage): Promise<void> {
  await stack.killCollector();
  timeline.add('the collector is killed', 'SIGKILL, just when something begins to go wrong');
  await stack.restartCollector();
  timeline.add('the collector is back', 'same state, same address');
}

async function driftIsCaught({ people, timeline, bank }: Stage): Promise<void> {
  const drift = await until('the drift alert', patienceMs, () => firingAlert(people, 'drift'));
  timeline.add('the drift alert fires', drift.sentence);
  const hurt = await until('the alert about the group that is hurt', patienceMs, () => firingAlert(people, 'fairness'));
  timeline.add('the fairness alert fires', hurt.sentence);
  const from = hurt.findings[0]?.from ?? 0;
  const report = await people.read<FairnessReport>(`${models}/fairness?from=${from}`);
  const women = report.attributes.flatMap((attribute) => attribute.groups).find((group) => group.group === 'female');
  timeline.add(
    'a group is hurt',
    `women's approval rate is ${ratioOf(women?.statistics.disparateImpactRatio?.value)} of men's`,
  );
  const job = await until('a retrain job', patienceMs, async () => {
    const { items } = await people.read<RetrainJobList>(`/v1/retrain-jobs?model=${demoModel}`);
    return items.find((item) => item.requestedBy === 'system:policy');
  });
  timeline.add('a retrain is requested', `${job.id}: ${job.trigger.kind} alert, signed webhook to the trainer`);
  const done = await until('the trainer to finish', patienceMs, async () => {
    const { items } = await people.read<RetrainJobList>(`/v1/retrain-jobs?model=${demoModel}`);
    const current = items.find((item) => item.id === job.id);
    if (current?.state === 'failed') throw new StoryError(`the trainer failed: ${current.error}`);
    return current?.state === 'succeeded' && current;
  });
  const { labelledLoans } = await bank.status();
  timeline.add(
    'a successor is trained',
    `version ${done.result?.version}, from ${labelledLoans} labelled loans in the warehouse`,
  );
}

async function successorIsPromoted(stage: Stage): Promise<void> {
  const { people, timeline } = stage;
  const evaluated = await evaluatedVersion(people, '2');
  timeline.add('version 2 is evaluated', evaluationOf(evaluated));
  await act(people, 'olu', 'shadow', { version: '2', reason: 'evaluated better than version 1 on the same rows' });
  timeline.add('version 2 shadows', 'olu starts it; nobody sees its answers');
  await stateReached(people, '2', 'canary');
  const canary = await people.read<VersionList>(`${models}/versions`);
  timeline.add('version 2 is canary', `${(canary.routing?.canary?.weightBasisPoints ?? 0) / 100} % of applicants`);
  await until('the last canary step to pass', patienceMs, async () => {
    const { versions } = await people.read<VersionList>(`${models}/versions`);
    const version = versions.find((one) => one.version === '2');
    if (version?.state === 'rolled_back')
      throw new StoryError(`version 2 was rolled back: ${version.history[0]?.reason}`);
    return version?.gates.some((gate) => gate.gate === 'ready_to_promote' && gate.verdict === 'pass');
  });
  timeline.add('every gate passes', await gatesOf(people, '2'));
  const startedAt = await promote(people, '2', 'every gate passes, and women are treated fairly again');
  await servedBy(stage, '2', startedAt, 'version 2 is promoted', 'ada asks, grace approves');
  const resolved = await until('the alerts to resolve', patienceMs, async () => {
    const { items } = await people.read<AlertList>(`/v1/alerts?model=${demoModel}`);
    return items.length > 0 && items.every((alert) => alert.state === 'resolved') && items;
  });
  timeline.add('the alerts resolve', `${resolved.length} of ${resolved.length}`);
  const segment = await until('a segment in which version 1 was worse, confirmed', patienceMs, async () => {
    const { segments } = await people.read<WeakSegmentReport>(`${models}/weak-segments?version=1`);
    return segments.find(({ confirmed }) => confirmed);
  });
  timeline.add('it is known where it erred', segment.sentence);
}

async function badVersionIsRolledBack(stage: Stage): Promise<void> {
  const { people, timeline, stack } = stage;
  const client = new CollectorClient(stack.collectorUrl, stage.trainerToken);
  // Trained and tested on loans from before the shift: good marks offline, wrong for today's applicants.
  await client.register(demoModel, await publishVersion(client, '3', trainVersion(stage.oldLoans)));
  const evaluated = await evaluatedVersion(people, '3');
  timeline.add('version 3 is evaluated', `on stale rows: ${evaluationOf(evaluated)}`);
  await act(people, 'olu', 'shadow', { version: '3', reason: 'it passed its offline evaluation' });
  await stateReached(people, '3', 'canary');
  timeline.add('version 3 is canary', 'a quarter of applicants');
  const rolledBack = await stateReached(people, '3', 'rolled_back');
  const entry = rolledBack.history.find((one) => one.to === 'rolled_back');
  timeline.add('version 3 is rolled back', entry?.reason ?? '');
  // The state's own time is the moment of the decision.
  await servedBy(stage, '2', entry?.at ?? Date.now(), 'applicants are safe', 'version 2 alone serves');
}

async function auditHolds({ people, timeline }: Stage): Promise<void> {
  const verification = await people.read<AuditVerification>('/v1/audit/verify');
  if (!verification.ok) throw new StoryError(`the audit log does not verify: ${verification.problem}`);
  timeline.add('the audit log verifies', `${verification.records} records`);
}

/** Two people: ada asks, grace approves. Returns when grace's approval was sent. */
async function promote(people: People, version: string, reason: string): Promise<number> {
  const result = await act(people, 'ada', 'promote', { version, reason });
  const approval = result.approval ?? (await pendingApproval(people));
  const sentAt = Date.now();
  await people.act('grace', 'approve', approval.id, approval.revision, {
    decision: 'approve',
    reason: 'I looked at the evaluation',
  });
  return sentAt;
}

async function pendingApproval(people: People): Promise<Approval> {
  const { approvals } = await people.read<VersionList>(`${models}/versions`);
  const pending = approvals.find((approval) => approval.state === 'pending');
  if (pending === undefined) throw new StoryError('there is no approval to give');
  return pending;
}

/** A control action on the model at its newest revision; tries again when somebody else was first. */
async function act(
  people: People,
  person: 'ada' | 'olu',
  verb: 'shadow' | 'promote',
  body: Readonly<Record<string, unknown>>,
) {
  return until(`${person} to ${verb}`, 20_000, async () => {
    const { revision } = await people.read<VersionList>(`${models}/versions`);
    return people.act(person, verb, demoModel, revision, body);
  });
}

async function firingAlert(people: People, kind: Alert['kind']): Promise<Alert | undefined> {
  const { items } = await people.read<AlertList>(`/v1/alerts?model=${demoModel}&state=firing`);
  return items.find((alert) => alert.kind === kind);
}

async function evaluatedVersion(people: People, version: string): Promise<VersionDetail> {
  return until(`version ${version} to be evaluated`, 30_000, async () => {
    const { versions } = await people.read<VersionList>(`${models}/versions`);
    const found = versions.find((one) => one.version === version);
    const doubt = found?.evaluation?.gates.find((gate) => gate.verdict !== 'pass');
    if (doubt !== undefined) throw new StoryError(`version ${version}: ${doubt.reason}`);
    return found?.state === 'evaluated' && found.evaluation !== null && found;
  });
}

async function stateReached(people: People, version: string, state: VersionDetail['state']): Promise<VersionDetail> {
  return until(`version ${version} to be ${state}`, 90_000, async () => {
    const { versions } = await people.read<VersionList>(`${models}/versions`);
    const found = versions.find((one) => one.version === version);
    return found?.state === state && found;
  });
}

/** Every SDK instance says that this version alone serves, within the promised time. */
async function servedBy(stage: Stage, version: string, since: number, name: string, who: string): Promise<void> {
  const bank: BankStatus = await until(
    `the bank to be served by version ${version}`,
    20_000,
    async () => {
      const status = await stage.bank.status();
      return status.champion === version && status.canary === null && status;
    },
    20,
  );
  const tookMs = bank.routedAt - since;
  await until(`instances to report version ${version}`, 20_000, async () => {
    const { instances, routing } = await stage.people.read<VersionList>(`${models}/versions`);
    return instances.length > 0 && instances.every((instance) => instance.routingRevision === routing?.revision);
  });
  if (tookMs > switchLimitMs) throw new StoryError(`${name}: the SDK needed ${tookMs} ms to serve version ${version}`);
  stage.timeline.add(name, `${who}; SDK instances serve version ${version} ${tookMs} ms later`);
}

async function gatesOf(people: People, version: string): Promise<string> {
  const { versions } = await people.read<VersionList>(`${models}/versions`);
  const gates = versions.find((one) => one.version === version)?.gates ?? [];
  return gates.map((gate) => `${gate.gate} ${gate.verdict}`).join(', ');
}

function evaluationOf(version: VersionDetail): string {
  const accuracy = version.evaluation?.metrics.accuracy;
  const candidate = percent(accuracy?.candidate.value);
  return `accuracy ${candidate} against ${percent(accuracy?.champion?.value)} of the champion on the same ${version.evaluation?.rows} rows`;
}

function percent(value: number | null | undefined): string {
  return value === null || value === undefined ? 'unknown' : `${(100 * value).toFixed(1)} %`;
}

function ratioOf(value: number | null | undefined): string {
  return value === null || value === undefined ? 'an unknown part' : value.toFixed(2);
}
