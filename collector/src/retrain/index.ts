export type { RetrainJob, RetrainState } from './job.ts';
export {
  approvalExpiresAt,
  type ModelSituation,
  openRetrainKey,
  RetrainService,
  readJob,
  readJobs,
  type StoredRetrainJob,
} from './service.ts';
