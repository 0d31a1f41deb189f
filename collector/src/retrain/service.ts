import type { Alert } from '../alert/index.ts';
import type { ModelSettings } from '../config/settings.ts';
import { PlumblineError } from '../errors.ts';
import type { EnqueueEvent, OutgoingEvent } from '../store/outgoing.ts';
import { readNamed } from '../store/people.ts';
import type { ReadTransaction, Store, Transaction } from '../store/port.ts';
import { cancelledEvent, requestedEvent, requestedType } from './events.ts';
import type { RetrainGuard } from './guards.ts';
import { finalRetrainStates, type RetrainJob, type RetrainTrigger } from './job.ts';
import { judgeOutcomes } from './judge-outcomes.ts';
import { approvalExpiresAt, overdue } from './lifetime.ts';
import { type RetrainRecommendation, recommendRetrain } from './policy.ts';
import { applyReport, type TrainerReport } from './progress.ts';
import { causesOf, type RetrainReason } from './reasons.ts';
import { existingJob, readJob, readJobsOfModel, recordJob, type StoredRetrainJob } from './records.ts';
import { checkJobToken, jobToken } from './token.ts';
import { readTrainingData } from './training-data.ts';

/** Of a model that is no longer in the settings. */
const defaultDeadlineMs = 7 * 86_400_000;

/** What the policy must know about a model and only other rooms can tell. */
export interface ModelSituation {
  readonly alerts: readonly Alert[];
  readonly rolloutActive: boolean;
  /** Event time when the version that serves was first heard of; `null`: not known. */
  readonly servesSince: number | null;
  /** State of a version in version control; `null`: not known there. */
  readonly stateOf: (version: string) => string | null;
}

/** A window of the version that serves people has closed. */
export interface RetrainWindow {
  readonly settings: ModelSettings;
  readonly version: string;
  /** Event time. */
  readonly to: number;
  /** Wall-clock time. */
  readonly at: number;
}

/** Tells those who are told of alerts of a model. */
export type TellPeople = (
  transaction: Transaction,
  about: {
    readonly model: string;
    readonly environment: string;
    readonly version: string;
    readonly kind: RetrainTrigger['kind'];
    readonly text: string;
  },
) => Promise<void>;

export interface RetrainServiceOptions {
  readonly store: Store;
  readonly enqueue: EnqueueEvent;
  readonly clock: () => number;
  readonly models: readonly ModelSettings[];
  /** Where trainers reach this collector, without a slash at the end; asked when an event is sent. */
  readonly publicUrl: () => string;
  /** Random part of a job id. */
  readonly randomId: () => string;
  readonly tellPeople?: TellPeople;
}

export class RetrainService {
  readonly #options: RetrainServiceOptions;
  readonly #key: Uint8Array;

  constructor(options: RetrainServiceOptions, key: Uint8Array) {
    this.#options = options;
    this.#key = key;
  }

  /**
   * Asks for a retrain when the policy says so, and judges what earlier ones did. Called in the transaction that closes a
   * window of the version that serves. Returns the job it made.
   */
  async consider(
    transaction: Transaction,
    window: RetrainWindow,
    situation: ModelSituation,
  ): Promise<RetrainJob | null> {
    const { settings, version, to, at } = window;
    await judgeOutcomes(transaction, window, situation, this.#options);
    const { retrain: policy } = settings;
    if (policy.on.length === 0 && policy.schedule === undefined) return null;
    // Most windows give no reason: what there is to learn from is not counted for them.
    const causes = causesOf({ policy, alerts: situation.alerts, trainedAt: situation.servesSince, now: to });
    if (causes.length === 0) return null;
    const recommended = await this.recommend(transaction, settings, version, situation, to);
    if (recommended.verdict !== 'recommended' || recommended.trigger === null) return null;
    return this.#create(transaction, {
      settings,
      version,
      trigger: recommended.trigger,
      requestedBy: 'system:policy',
      requestedAt: to,
      now: at,
      approved: policy.approval === 'automatic',
      requestId: null,
      reasons: recommended.reasons,
      guards: recommended.guards,
      alerts: situation.alerts,
    });
  }

  /** What speaks for training a model again and what against, as things stand. `now`: event time. */
  async recommend(
    transaction: ReadTransaction,
    settings: ModelSettings,
    version: string,
    { alerts, rolloutActive, servesSince }: Omit<ModelSituation, 'stateOf'>,
    now: number,
  ): Promise<RetrainRecommendation> {
    return recommendRetrain({
      alerts,
      rolloutActive,
      servesSince,
      now,
      policy: settings.retrain,
      jobs: await readJobsOfModel(transaction, settings.environment, settings.name),
      data: await readTrainingData(transaction, settings, version),
    });
  }

  /** A person asks. Single flight holds for people too; cooldown and cap do not. */
  async request(
    actor: { readonly subject: string },
    settings: ModelSettings,
    version: string,
    reason: string,
    control: { readonly requestId: string | null; readonly eventTime: number },
  ): Promise<StoredRetrainJob> {
    return this.#options.store.transaction(async (transaction) => {
      const running = (await readJobsOfModel(transaction, settings.environment, settings.name)).find(
        (job) => !finalRetrainStates.has(job.state),
      );
      if (running !== undefined) {
        throw new PlumblineError('REFUSED', `retrain job ${running.id} is still ${running.state}`, {
          details: { reason: 'job_in_flight', job: running.id },
        });
      }
      const job = await this.#create(transaction, {
        settings,
        version,
        trigger: { kind: 'manual', alert: null, reason },
        requestedBy: actor.subject,
        requestedAt: control.eventTime,
        now: this.#options.clock(),
        approved: settings.retrain.approval === 'automatic',
        requestId: control.requestId,
        reasons: [{ code: 'manual', score: 1, text: reason }],
        guards: [],
        alerts: [],
      });
      return { job, revision: 1 };
    });
  }

  /** Somebody else than the requester lets a waiting job go. */
  async approve(
    actor: { readonly subject: string },
    jobId: string,
    decision: 'approve' | 'deny',
    reason: string,
    control: { readonly expectedRevision: number; readonly requestId: string | null },
  ): Promise<StoredRetrainJob> {
    const { store, enqueue, publicUrl } = this.#options;
    return store.transaction(async (transaction) => {
      const job = await jobAt(transaction, jobId, control.expectedRevision);
      if (job.state !== 'awaiting_approval') {
        throw new PlumblineError('REFUSED', `the job is ${job.state}, not waiting for approval`, {
          details: { reason: 'not_awaiting_approval' },
        });
      }
      if (job.requestedBy === actor.subject) {
        throw new PlumblineError('FORBIDDEN', 'the person who asked for a retrain cannot approve it');
      }
      const now = this.#options.clock();
      if (now >= approvalExpiresAt(job, this.#settingsOf(job.model))) {
        throw new PlumblineError('REFUSED', 'nobody approved it in time: ask again', {
          details: { reason: 'approval_expired' },
        });
      }
      const state = decision === 'approve' ? 'queued' : 'cancelled';
      const error =
        decision === 'approve' ? null : `denied by ${await readNamed(transaction, actor.subject)}: ${reason}`;
      const next: RetrainJob = { ...job, state, changedAt: now, startedAt: decision === 'approve' ? now : null, error };
      const revision = await recordJob(transaction, next, job, {
        actor: actor.subject,
        reason,
        requestId: control.requestId,
      });
      if (decision === 'approve') await enqueue(transaction, requestedEvent(next, [], publicUrl));
      return { job: next, revision };
    });
  }

  /** Ends a job before its time; a trainer that has it is told, and its reports are refused from now on. */
  async cancel(
    actor: { readonly subject: string },
    jobId: string,
    reason: string,
    control: { readonly expectedRevision: number; readonly requestId: string | null },
  ): Promise<StoredRetrainJob> {
    return this.#options.store.transaction(async (transaction) => {
      const job = await jobAt(transaction, jobId, control.expectedRevision);
      if (finalRetrainStates.has(job.state)) {
        throw new PlumblineError('REFUSED', `the job is ${job.state} already`, { details: { reason: 'job_is_over' } });
      }
      const now = this.#options.clock();
      const error = `cancelled by ${await readNamed(transaction, actor.subject)}: ${reason}`;
      const next: RetrainJob = { ...job, state: 'cancelled', changedAt: now, error };
      const cause = { actor: actor.subject, reason, requestId: control.requestId };
      const revision = await recordJob(transaction, next, job, cause);
      if (job.state !== 'awaiting_approval') {
        await this.#options.enqueue(transaction, cancelledEvent(next, reason));
      }
      return { job: next, revision };
    });
  }

  /**
   * A trainer reports. `register` runs in the same transaction as the job's success, so there is never a finished job
   * without its version.
   */
  async report(
    jobId: string,
    token: string,
    report: TrainerReport,
    register: (transaction: Transaction, job: RetrainJob) => Promise<void>,
  ): Promise<StoredRetrainJob> {
    const now = this.#options.clock();
    const verdict = checkJobToken(this.#key, token, jobId, now);
    if (verdict !== 'valid') {
      throw new PlumblineError('BAD_SIGNATURE', `the callback token is not valid for this job: ${verdict}`, {
        details: { reason: verdict },
      });
    }
    return this.#options.store.transaction(async (transaction) => {
      const stored = await existingJob(transaction, jobId);
      const outcome = applyReport(stored.job, report, now);
      if (outcome.kind === 'unchanged') return stored;
      if (outcome.kind === 'refused') {
        throw new PlumblineError('REFUSED', `the job is ${stored.job.state}: it takes no more reports`, {
          details: { reason: outcome.reason },
        });
      }
      if (report.state === 'succeeded') await register(transaction, outcome.job);
      const revision = await recordJob(transaction, outcome.job, stored.job, {
        actor: `trainer:${jobId}`,
        reason: report.state === 'failed' ? report.error : `trainer reports ${report.state}`,
        requestId: null,
      });
      return { job: outcome.job, revision };
    });
  }

  /** Notes that the request reached its receiver, or never will. Runs in the transaction that records the delivery. */
  async deliverySettled(
    transaction: Transaction,
    delivery: { readonly state: 'pending' | 'delivered' | 'dead'; readonly event: OutgoingEvent },
  ): Promise<void> {
    if (delivery.event.type !== requestedType || delivery.state === 'pending') return;
    const stored = await readJob(transaction, String(delivery.event.data.jobId));
    if (stored === undefined) return;
    const before = stored.job;
    const state = delivery.state === 'delivered' ? 'dispatched' : 'dead_lettered';
    // Sent again by hand, a request comes back to life.
    const isRevived = before.state === 'dead_lettered' && state === 'dispatched';
    if (before.state !== 'queued' && !isRevived) return;
    await recordJob(transaction, { ...before, state, changedAt: this.#options.clock() }, before, {
      actor: 'system:webhook',
      reason: state === 'dispatched' ? 'the trainer took the request' : 'no trainer took the request',
      requestId: null,
    });
  }

  /** Gives up on jobs that nobody approved, that have been silent for too long, or that take too long. */
  async expire(settings: ModelSettings): Promise<void> {
    const now = this.#options.clock();
    const open = await this.#options.store.read(async (transaction) =>
      (await readJobsOfModel(transaction, settings.environment, settings.name)).filter(
        (job) => overdue(job, settings, now) !== null,
      ),
    );
    if (open.length === 0) return;
    await this.#options.store.transaction(async (transaction) => {
      for (const { id } of open) {
        const { job } = await existingJob(transaction, id);
        const ended = overdue(job, settings, now);
        if (ended === null) continue;
        const { state, reason } = ended;
        await recordJob(transaction, { ...job, state, changedAt: now, error: reason }, job, {
          actor: 'system:retrain',
          reason,
          requestId: null,
        });
      }
    });
  }

  /** The callback of a retrain event, added just before it is sent. */
  completeEvent(event: OutgoingEvent): Readonly<Record<string, unknown>> {
    if (event.type !== requestedType) return {};
    const jobId = String(event.data.jobId);
    const deadlineMs = this.#settingsOf(String(event.data.model))?.retrain.deadline ?? defaultDeadlineMs;
    const expiresAt = this.#options.clock() + deadlineMs;
    return {
      callback: {
        url: `${this.#options.publicUrl()}/v1/retrain-jobs/${jobId}/status`,
        token: jobToken(this.#key, jobId, expiresAt),
        expiresAt: new Date(expiresAt).toISOString(),
      },
    };
  }

  async #create(transaction: Transaction, request: JobRequest): Promise<RetrainJob> {
    const { settings } = request;
    const { enqueue, publicUrl, randomId } = this.#options;
    const job: RetrainJob = {
      id: `rt_${randomId()}`,
      model: settings.name,
      environment: settings.environment,
      version: request.version,
      state: request.approved ? 'queued' : 'awaiting_approval',
      trigger: request.trigger,
      requestedBy: request.requestedBy,
      requestedAt: request.requestedAt,
      changedAt: request.now,
      startedAt: request.approved ? request.now : null,
      progress: null,
      result: null,
      error: null,
      externalRunId: null,
      outcome: null,
      reasons: request.reasons,
      guards: request.guards,
    };
    await recordJob(transaction, job, null, {
      actor: request.requestedBy,
      reason: request.trigger.reason,
      requestId: request.requestId,
    });
    if (request.approved) await enqueue(transaction, requestedEvent(job, request.alerts, publicUrl));
    return job;
  }

  #settingsOf(model: string): ModelSettings | undefined {
    return this.#options.models.find(({ name }) => name === model);
  }
}

/** A job that is still as whoever decides about it has seen it. */
async function jobAt(transaction: Transaction, jobId: string, expected: number): Promise<RetrainJob> {
  const { job, revision } = await existingJob(transaction, jobId);
  if (revision === expected) return job;
  throw new PlumblineError('STALE_REVISION', `the job is at revision ${revision}, not ${expected}`, {
    details: { revision },
  });
}

interface JobRequest {
  readonly settings: ModelSettings;
  readonly version: string;
  readonly trigger: RetrainTrigger;
  readonly requestedBy: string;
  readonly requestedAt: number;
  readonly now: number;
  readonly approved: boolean;
  readonly requestId: string | null;
  readonly reasons: readonly RetrainReason[];
  readonly guards: readonly RetrainGuard[];
  /** Alerts of the model: the one that asked is evidence. */
  readonly alerts: readonly Alert[];
}
