import type { Alert } from '../alert/index.ts';
import type { OutgoingEvent } from '../store/outgoing.ts';
import { evidenceOf } from './evidence.ts';
import type { RetrainJob } from './job.ts';

/** What leaves the collector about a job: data in, event out. The callback of a request is added when it is sent. */

export const requestedType = 'model.retrain.requested';

/** `alerts` of the model: the one that asked is evidence. `publicUrl` without a slash at the end. */
export function requestedEvent(job: RetrainJob, alerts: readonly Alert[], publicUrl: () => string): OutgoingEvent {
  const { id, model, version, environment, trigger, reasons } = job;
  const cause = alerts.find((alert) => alert.id === trigger.alert);
  return eventOf(job, requestedType, job.changedAt, {
    jobId: id,
    model,
    version,
    environment,
    trigger,
    reasons,
    evidence: {
      requestedAt: new Date(job.requestedAt).toISOString(),
      ...(cause === undefined ? {} : evidenceOf(cause)),
      ...(trigger.alert === null ? {} : { reportUrl: `${publicUrl()}/v1/alerts/${trigger.alert}/incident` }),
    },
    hints: { method: 'full' },
    approvedBy: [job.requestedBy],
  });
}

/** To a trainer that has the job. */
export function cancelledEvent(job: RetrainJob, reason: string): OutgoingEvent {
  const { id, model, version, environment, externalRunId } = job;
  const data = { jobId: id, model, version, environment, externalRunId, reason };
  return eventOf(job, 'model.retrain.cancelled', job.changedAt, data);
}

/** `at`: when the outcome of the job was judged, milliseconds since 1970-01-01 UTC. */
export function notHelpingEvent(job: RetrainJob, text: string, at: number): OutgoingEvent {
  const { id, model, version, environment, trigger } = job;
  return eventOf(job, 'model.retrain.not_helping', at, { model, environment, version, jobId: id, trigger, text });
}

function eventOf(job: RetrainJob, type: string, time: number, data: OutgoingEvent['data']): OutgoingEvent {
  return { type, subject: `${job.model}/${job.version}`, time, data };
}
