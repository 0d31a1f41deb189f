import { appendAudit } from '../store/audit.ts';
import type { EnqueueEvent } from '../store/outgoing.ts';
import type { Transaction } from '../store/port.ts';
import { notHelpingEvent } from './events.ts';
import { fruitlessInARow, fruitlessLimit } from './guards.ts';
import type { RetrainJob } from './job.ts';
import { assessOutcome } from './outcome.ts';
import { readJobsOfModel, writeJob } from './records.ts';
import type { ModelSituation, RetrainWindow, TellPeople } from './service.ts';

/**
 * Whether what earlier jobs of a model made helped, as far as a window that has just closed shows. The second in a row
 * that did not tells somebody, once.
 */
export async function judgeOutcomes(
  transaction: Transaction,
  { settings, version, at }: RetrainWindow,
  { alerts, stateOf }: ModelSituation,
  { enqueue, tellPeople }: { readonly enqueue: EnqueueEvent; readonly tellPeople?: TellPeople },
): Promise<void> {
  const jobs = await readJobsOfModel(transaction, settings.environment, settings.name);
  for (const job of jobs) {
    if (job.outcome?.verdict !== 'pending' || job.result === null) continue;
    const made = job.result.version;
    const outcome = assessOutcome(job, {
      version: made,
      state: stateOf(made),
      served: made === version,
      alerts,
      enoughWindows: settings.retrain.outcomeWindows,
      now: at,
    });
    if (outcome === null) continue;
    const judged: RetrainJob = { ...job, outcome };
    await writeJob(transaction, judged, false);
    if (outcome.verdict === 'pending') continue;
    await appendAudit(transaction, {
      at,
      actor: 'system:retrain',
      action: `retrain.${outcome.verdict}`,
      target: `retrain/${job.id}`,
      reason: outcome.text,
      before: 'pending',
      after: outcome.verdict,
      requestId: null,
    });
    const inARow = fruitlessInARow(jobs.map((one) => (one.id === job.id ? judged : one)));
    if (outcome.verdict !== 'did_not_help' || inARow < fruitlessLimit) continue;
    const text = `${inARow} retrains in a row did not help: somebody has to look at why. ${outcome.text}`.trim();
    await enqueue(transaction, notHelpingEvent(judged, text, at));
    const { model, environment, trigger } = job;
    await tellPeople?.(transaction, { model, environment, version: job.version, kind: trigger.kind, text });
  }
}
