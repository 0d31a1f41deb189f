export { openRetrainKey } from './callback-key.ts';
export type { RetrainJob, RetrainState } from './job.ts';
export { approvalExpiresAt } from './lifetime.ts';
export { readJob, readJobs, type StoredRetrainJob } from './records.ts';
export { type ModelSituation, RetrainService } from './service.ts';
