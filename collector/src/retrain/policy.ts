import { assessGuards, type GuardedSituation, passes, type RetrainGuard } from './guards.ts';
import { finalRetrainStates, type RetrainTrigger } from './job.ts';
import { causesOf, type RetrainReason, scoreOf } from './reasons.ts';

/** Everything a recommendation depends on. Times are event time in milliseconds. */
export interface RetrainSituation extends GuardedSituation {
  /** When the version that serves was first heard of; `null`: not known. */
  readonly servesSince: number | null;
}

/** Should a model be trained again, and may it be now? */
export interface RetrainRecommendation {
  /** `blocked`: there are reasons, and a guard that says no. */
  readonly verdict: 'none' | 'recommended' | 'blocked' | 'in_flight';
  readonly score: number;
  readonly reasons: readonly RetrainReason[];
  readonly guards: readonly RetrainGuard[];
  /** The strongest reason's cause. */
  readonly trigger: RetrainTrigger | null;
  /** The job under way. */
  readonly job: string | null;
  /** Event time when cooldown and cap are over; `null`: they are. */
  readonly possibleAt: number | null;
}

const dayMs = 86_400_000;

/** Weighs what speaks for a retrain against what forbids it. Pure: called at every window, and whenever somebody asks. */
export function recommendRetrain(situation: RetrainSituation): RetrainRecommendation {
  const { jobs, policy, now, servesSince } = situation;
  const asked = jobs.filter(({ state }) => state !== 'cancelled').map(({ requestedAt }) => requestedAt);
  const trainedAt = asked.length === 0 ? servesSince : Math.max(...asked);
  const causes = causesOf({ ...situation, trainedAt });
  const guards = assessGuards(situation);
  const flying = jobs.find((job) => !finalRetrainStates.has(job.state));
  const reasons = causes.map(({ reason }) => reason);
  const isFree = guards.every(passes);
  const verdict =
    flying !== undefined ? 'in_flight' : reasons.length === 0 ? 'none' : isFree ? 'recommended' : 'blocked';
  return {
    verdict,
    reasons,
    guards,
    score: scoreOf(reasons),
    trigger: causes[0]?.trigger ?? null,
    job: flying?.id ?? null,
    possibleAt: possibleAfter(asked, policy, now),
  };
}

function possibleAfter(asked: readonly number[], policy: RetrainSituation['policy'], now: number): number | null {
  const newestFirst = [...asked].sort((a, b) => b - a);
  const latest = newestFirst[0];
  const afterCooldown = latest === undefined ? now : latest + policy.cooldown;
  const oldestOfCap = newestFirst[policy.dailyCap - 1];
  const afterCap = oldestOfCap === undefined ? now : oldestOfCap + dayMs;
  const at = Math.max(afterCooldown, afterCap);
  return at > now ? at : null;
}
