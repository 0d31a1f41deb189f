import { PlumblineError } from '../errors.ts';
import { appendAudit } from '../store/audit.ts';
import { compositeKey, jsonCollection, type ReadTransaction, type Stored, type Transaction } from '../store/port.ts';
import type { RetrainJob } from './job.ts';

/** What the retrain room keeps: jobs by id, and the ids of each model's jobs by the time they were asked for. */

const jobCollection = jsonCollection<RetrainJob>('retrain_jobs');
/** Jobs of a model by request time, so that a policy reads only its own. */
const jobsOfModel = jsonCollection<string>('retrain_jobs_by_model');

export interface StoredRetrainJob {
  readonly job: RetrainJob;
  readonly revision: number;
}

/** What a job of before these fields were known has in them. */
const later = { startedAt: null, externalRunId: null, reasons: [], guards: [], outcome: null };

const completed = ({ value, revision }: Stored<RetrainJob>): StoredRetrainJob => ({
  job: { ...later, ...value },
  revision,
});

export async function readJob(transaction: ReadTransaction, id: string): Promise<StoredRetrainJob | undefined> {
  const stored = await transaction.get(jobCollection, id);
  return stored && completed(stored);
}

/** Jobs of a model, or of all models; newest first. */
export async function readJobs(
  transaction: ReadTransaction,
  filter: { readonly model?: string } = {},
): Promise<StoredRetrainJob[]> {
  const stored = await transaction.range(jobCollection, {});
  return stored
    .map(completed)
    .filter(({ job }) => filter.model === undefined || job.model === filter.model)
    .sort((left, right) => right.job.requestedAt - left.job.requestedAt);
}

/** The job, or `NOT_FOUND`. */
export async function existingJob(transaction: ReadTransaction, id: string): Promise<StoredRetrainJob> {
  const stored = await readJob(transaction, id);
  if (stored === undefined) throw new PlumblineError('NOT_FOUND', `there is no retrain job ${id}`);
  return stored;
}

export async function readJobsOfModel(
  transaction: ReadTransaction,
  environment: string,
  model: string,
): Promise<RetrainJob[]> {
  const ids = await transaction.range(jobsOfModel, { prefix: `${compositeKey(environment, model)}/` });
  const found = await transaction.getMany(
    jobCollection,
    ids.map((entry) => entry.value),
  );
  return found.flatMap((stored) => (stored === undefined ? [] : [completed(stored).job]));
}

/** Stores a job; a new one also stands among those of its model. Returns its revision. */
export async function writeJob(transaction: Transaction, job: RetrainJob, isNew: boolean): Promise<number> {
  if (isNew) {
    await transaction.put(jobsOfModel, compositeKey(job.environment, job.model, job.requestedAt, job.id), job.id);
  }
  return transaction.put(jobCollection, job.id, job);
}

/** Stores what became of a job, with its audit record. `before`: the job until now, `null` for a new one. */
export async function recordJob(
  transaction: Transaction,
  job: RetrainJob,
  before: RetrainJob | null,
  cause: { readonly actor: string; readonly reason: string; readonly requestId: string | null },
): Promise<number> {
  const revision = await writeJob(transaction, job, before === null);
  // Progress alone changes no state and is not worth a record.
  if (before?.state !== job.state) {
    await appendAudit(transaction, {
      ...cause,
      at: job.changedAt,
      action: `retrain.${job.state}`,
      target: `retrain/${job.id}`,
      before: before?.state ?? null,
      after: { state: job.state, result: job.result },
    });
  }
  return revision;
}
