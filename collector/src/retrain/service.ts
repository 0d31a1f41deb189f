import { randomBytes } from 'node:crypto';
import type { Alert } from '../alert/index.ts';
import type { ModelSettings } from '../config/settings.ts';
import { PlumblineError } from '../errors.ts';
import { appendAudit } from '../store/audit.ts';
import type { EnqueueEvent, OutgoingEvent } from '../store/outgoing.ts';
import { compositeKey, jsonCollection, type ReadTransaction, type Store, type Transaction } from '../store/port.ts';
import { finalRetrainStates, isRetrainKind, type RetrainJob, type RetrainTrigger } from './job.ts';
import { decideRetrain, type RetrainRefusal } from './policy.ts';
import { applyReport, type TrainerReport } from './progress.ts';
import { checkJobToken, jobToken } from './token.ts';

const jobs = jsonCollection<RetrainJob>('retrain_jobs');
/** Jobs of a model by request time, so that a policy reads only its own. */
const jobsOfModel = jsonCollection<string>('retrain_jobs_by_model');
const keys = jsonCollection<string>('secrets');

const requestedType = 'model.retrain.requested';
const tokenLifeMs = 7 * 86_400_000;

export interface StoredRetrainJob {
  readonly job: RetrainJob;
  readonly revision: number;
}

/** What the policy must know about a model and only other rooms can tell. */
export interface ModelSituation {
  readonly labelledRows: number;
  readonly rolloutActive: boolean;
}

export interface RetrainServiceOptions {
  readonly store: Store;
  readonly enqueue: EnqueueEvent;
  readonly clock: () => number;
  /** Where trainers reach this collector, without a slash at the end; asked when an event is sent. */
  readonly publicUrl: () => string;
  /** Random part of a job id. */
  readonly randomId: () => string;
}

/** The key that callback tokens are made from; made once and kept in the store. */
export async function openRetrainKey(store: Store): Promise<Uint8Array> {
  const encoded = await store.transaction(async (transaction) => {
    const stored = await transaction.get(keys, 'retrain_callback');
    if (stored !== undefined) return stored.value;
    const made = randomBytes(32).toString('base64');
    await transaction.put(keys, 'retrain_callback', made, 'absent');
    return made;
  });
  return Buffer.from(encoded, 'base64');
}

export class RetrainService {
  readonly #options: RetrainServiceOptions;
  readonly #key: Uint8Array;

  constructor(options: RetrainServiceOptions, key: Uint8Array) {
    this.#options = options;
    this.#key = key;
  }

  /**
   * Asks for a retrain when the policy says so. Called in the transaction that closes a window, for each open alert of
   * the version that serves; the answer names why not.
   */
  async consider(
    transaction: Transaction,
    window: { readonly settings: ModelSettings; readonly version: string; readonly to: number; readonly at: number },
    alerts: readonly Alert[],
    situation: ModelSituation,
  ): Promise<RetrainJob | RetrainRefusal | null> {
    const { settings } = window;
    const dataQualityFiring = alerts.some((alert) => alert.kind === 'data_quality' && alert.state === 'firing');
    let refusal: RetrainRefusal | null = null;
    for (const alert of alerts) {
      const decision = decideRetrain({
        policy: settings.retrain,
        alert,
        jobs: await readJobsOfModel(transaction, settings.environment, settings.name),
        labelledRows: situation.labelledRows,
        rolloutActive: situation.rolloutActive,
        dataQualityFiring,
        now: window.to,
      });
      if (!decision.request) {
        refusal = decision.reason;
        continue;
      }
      if (!isRetrainKind(alert.kind)) continue;
      return this.#create(transaction, {
        settings,
        version: window.version,
        trigger: { kind: alert.kind, alert: alert.id, reason: alert.sentence },
        requestedBy: 'system:policy',
        requestedAt: window.to,
        now: window.at,
        approved: settings.retrain.approval === 'automatic',
        requestId: null,
      });
    }
    return refusal;
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
    return this.#options.store.transaction(async (transaction) => {
      const stored = await existingJob(transaction, jobId);
      if (stored.revision !== control.expectedRevision) {
        throw new PlumblineError(
          'STALE_REVISION',
          `the job is at revision ${stored.revision}, not ${control.expectedRevision}`,
          {
            details: { revision: stored.revision },
          },
        );
      }
      const { job } = stored;
      if (job.state !== 'awaiting_approval') {
        throw new PlumblineError('REFUSED', `the job is ${job.state}, not waiting for approval`, {
          details: { reason: 'not_awaiting_approval' },
        });
      }
      if (job.requestedBy === actor.subject) {
        throw new PlumblineError('FORBIDDEN', 'the person who asked for a retrain cannot approve it');
      }
      const now = this.#options.clock();
      const state = decision === 'approve' ? 'queued' : 'cancelled';
      const next: RetrainJob = { ...job, state, changedAt: now };
      const revision = await this.#save(transaction, next, job, {
        actor: actor.subject,
        reason,
        requestId: control.requestId,
      });
      if (decision === 'approve') await this.#dispatch(transaction, next);
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
      const revision = await this.#save(transaction, outcome.job, stored.job, {
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
    const stored = await transaction.get(jobs, String(delivery.event.data.jobId));
    if (stored === undefined || stored.value.state !== 'queued') return;
    const state = delivery.state === 'delivered' ? 'dispatched' : 'dead_lettered';
    await this.#save(transaction, { ...stored.value, state, changedAt: this.#options.clock() }, stored.value, {
      actor: 'system:webhook',
      reason: state === 'dispatched' ? 'the trainer took the request' : 'no trainer took the request',
      requestId: null,
    });
  }

  /** Gives up on jobs that have been silent for longer than their model allows. */
  async expire(settings: ModelSettings): Promise<void> {
    const now = this.#options.clock();
    await this.#options.store.transaction(async (transaction) => {
      for (const job of await readJobsOfModel(transaction, settings.environment, settings.name)) {
        if (finalRetrainStates.has(job.state) || job.state === 'awaiting_approval') continue;
        if (now - job.changedAt < settings.retrain.timeout) continue;
        await this.#save(transaction, { ...job, state: 'timed_out', changedAt: now }, job, {
          actor: 'system:retrain',
          reason: `no sign of life for ${Math.round((now - job.changedAt) / 1000)} s`,
          requestId: null,
        });
      }
    });
  }

  /** The callback of a retrain event, added just before it is sent. */
  completeEvent(event: OutgoingEvent): Readonly<Record<string, unknown>> {
    if (event.type !== requestedType) return {};
    const jobId = String(event.data.jobId);
    const expiresAt = this.#options.clock() + tokenLifeMs;
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
    const job: RetrainJob = {
      id: `rt_${this.#options.randomId()}`,
      model: settings.name,
      environment: settings.environment,
      version: request.version,
      state: request.approved ? 'queued' : 'awaiting_approval',
      trigger: request.trigger,
      requestedBy: request.requestedBy,
      requestedAt: request.requestedAt,
      changedAt: request.now,
      progress: null,
      result: null,
      error: null,
    };
    await transaction.put(jobsOfModel, compositeKey(job.environment, job.model, job.requestedAt, job.id), job.id);
    await this.#save(transaction, job, null, {
      actor: request.requestedBy,
      reason: request.trigger.reason,
      requestId: request.requestId,
    });
    if (request.approved) await this.#dispatch(transaction, job);
    return job;
  }

  async #save(
    transaction: Transaction,
    job: RetrainJob,
    before: RetrainJob | null,
    cause: { readonly actor: string; readonly reason: string; readonly requestId: string | null },
  ): Promise<number> {
    const revision = await transaction.put(jobs, job.id, job);
    // Progress alone changes no state and is not worth a record.
    if (before?.state !== job.state) {
      await appendAudit(transaction, {
        at: job.changedAt,
        actor: cause.actor,
        action: `retrain.${job.state}`,
        target: `retrain/${job.id}`,
        reason: cause.reason,
        before: before?.state ?? null,
        after: { state: job.state, result: job.result },
        requestId: cause.requestId,
      });
    }
    return revision;
  }

  async #dispatch(transaction: Transaction, job: RetrainJob): Promise<void> {
    await this.#options.enqueue(transaction, {
      type: requestedType,
      subject: `${job.model}/${job.version}`,
      time: job.changedAt,
      data: {
        jobId: job.id,
        model: job.model,
        version: job.version,
        environment: job.environment,
        trigger: job.trigger,
        evidence: { requestedAt: new Date(job.requestedAt).toISOString() },
        hints: { method: 'full' },
        approvedBy: [job.requestedBy],
      },
    });
  }
}

export async function readJob(transaction: ReadTransaction, id: string): Promise<StoredRetrainJob | undefined> {
  const stored = await transaction.get(jobs, id);
  return stored === undefined ? undefined : { job: stored.value, revision: stored.revision };
}

/** Jobs of a model, or of all models; newest first. */
export async function readJobs(
  transaction: ReadTransaction,
  filter: { readonly model?: string } = {},
): Promise<StoredRetrainJob[]> {
  const stored = await transaction.range(jobs, {});
  return stored
    .map((entry) => ({ job: entry.value, revision: entry.revision }))
    .filter(({ job }) => filter.model === undefined || job.model === filter.model)
    .sort((left, right) => right.job.requestedAt - left.job.requestedAt);
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
}

async function existingJob(transaction: ReadTransaction, id: string): Promise<StoredRetrainJob> {
  const stored = await readJob(transaction, id);
  if (stored === undefined) throw new PlumblineError('NOT_FOUND', `there is no retrain job ${id}`);
  return stored;
}

async function readJobsOfModel(
  transaction: ReadTransaction,
  environment: string,
  model: string,
): Promise<RetrainJob[]> {
  const ids = await transaction.range(jobsOfModel, { prefix: `${compositeKey(environment, model)}/` });
  const found = await transaction.getMany(
    jobs,
    ids.map((entry) => entry.value),
  );
  return found.flatMap((stored) => (stored === undefined ? [] : [stored.value]));
}
