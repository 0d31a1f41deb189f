import type { ModelSettings } from '../config/settings.ts';
import {
  addMeanBlock,
  type MeanEvidence,
  type Moments,
  meanOf,
  noMeanEvidence,
  noMoments,
  rateOf,
  smallestBlock,
} from './gates/meanDifference.ts';
import { type Arm, addBlock, initialEvidence, type TwoRatesEvidence } from './gates/twoRates.ts';
import { absoluteError, type Counts, chosenOf, failed, slow, wrong } from './guardCounts.ts';

/**
 * The evidence that guards have gathered, by what it is about. Exact for rates (`twoRates.ts`); of means and of differences
 * of differences right in the limit (`meanDifference.ts`), where rows wait until there are enough for a block.
 */
export interface GuardEvidence {
  readonly rates: Readonly<Record<string, TwoRatesEvidence>>;
  readonly means: Readonly<Record<string, MeanEvidence>>;
  /** New rows of counters whose means wait for a block. */
  readonly waiting: Readonly<Record<string, { readonly champion: Moments; readonly candidate: Moments }>>;
}

/** New rows of a counter in both versions, from the same window. */
export interface CounterBlock {
  readonly champion: Moments;
  readonly candidate: Moments;
}

/** Rate of failed inferences may be higher by this much. */
export const failedMargin = 0.005;
/** More of the canary's rows than of the champion's may be slow by this share of all rows. */
export const slowMargin = 0.01;

export const noEvidence: GuardEvidence = { rates: {}, means: {}, waiting: {} };

export const harmOf = (name: string): string => `${name}: harm`;
export const absenceOf = (name: string): string => `${name}: absence`;
export const gapOf = (attribute: string, group: string): string => `gap ${attribute} = ${group}`;

export function rateEvidence({ rates }: GuardEvidence, name: string): TwoRatesEvidence {
  return rates[name] ?? initialEvidence();
}

export function meanEvidence({ means }: GuardEvidence, name: string): MeanEvidence {
  return means[name] ?? noMeanEvidence;
}

/** Evidence before the first row of a stage. `usual`: the champion's counts from before, which tell its usual rates. */
export function startEvidence(usual: Counts): GuardEvidence {
  const rates: Record<string, TwoRatesEvidence> = {};
  for (const name of [wrong, failed]) {
    const prior = initialEvidence(armOf(usual[name] ?? noMoments));
    rates[harmOf(name)] = prior;
    rates[absenceOf(name)] = prior;
  }
  return { ...noEvidence, rates };
}

/** Adds what is new of one counter. */
export function addCounter(
  evidence: GuardEvidence,
  name: string,
  block: CounterBlock,
  settings: ModelSettings,
): GuardEvidence {
  const { gates } = settings.rollout;
  const champion = armOf(block.champion);
  const candidate = armOf(block.candidate);
  const rates = (changes: Record<string, TwoRatesEvidence>): GuardEvidence => ({
    ...evidence,
    rates: { ...evidence.rates, ...changes },
  });
  const known = (key: string) => rateEvidence(evidence, key);
  const above = (margin: number) => ({ [harmOf(name)]: addBlock(known(harmOf(name)), champion, candidate, margin) });
  const absent = (margin: number) => ({
    [absenceOf(name)]: addBlock(known(absenceOf(name)), candidate, champion, -margin),
  });
  if (name === wrong) return rates({ ...above(gates.canaryErrorMargin), ...absent(gates.canaryErrorMargin) });
  if (name === failed) return rates({ ...above(failedMargin), ...absent(failedMargin) });
  if (name === slow) return rates(above(slowMargin));
  if (name.startsWith('score ')) {
    // Too few high scores is as strange as too many.
    return rates({
      ...above(gates.scoreMargin),
      [absenceOf(name)]: addBlock(known(absenceOf(name)), candidate, champion, gates.scoreMargin),
    });
  }
  if (name.startsWith('loss ') && settings.task !== 'regression') return rates(above(gates.worstGroupMargin));
  return addMeans(wait(evidence, name, block), name, settings);
}

/**
 * How far a group is from the reference group of its attribute in favourable decisions: is that further under the canary
 * than under the champion, to whichever side? The champion's side is the one of its rows before.
 */
export function addGaps(
  evidence: GuardEvidence,
  attribute: string,
  reference: string,
  groups: readonly string[],
  { margin, championGap }: { readonly margin: number; readonly championGap: (group: string) => number },
): GuardEvidence {
  const reserved = evidence.waiting[chosenOf(attribute, reference)];
  let next = evidence;
  let used = false;
  for (const group of groups) {
    const own = evidence.waiting[chosenOf(attribute, group)];
    if (group === reference || own === undefined || reserved === undefined) continue;
    const arms = [reserved.champion, own.champion, reserved.candidate, own.candidate];
    if (arms.some(([n]) => n < smallestBlock)) continue;
    const [referenceBefore, groupBefore, referenceNow, groupNow] = arms.map(rateOf);
    if (!referenceBefore || !groupBefore || !referenceNow || !groupNow) continue;
    const side = championGap(group) < 0 ? -1 : 1;
    const allowed = side * (referenceBefore.mean - groupBefore.mean) + margin;
    const gap = referenceNow.mean - groupNow.mean;
    const variance = [referenceBefore, groupBefore, referenceNow, groupNow].reduce((sum, arm) => sum + arm.variance, 0);
    const [behind, ahead] = [harmOf(gapOf(attribute, group)), absenceOf(gapOf(attribute, group))];
    const block = { variance, arms: arms.map(([n]) => n) };
    next = {
      ...next,
      means: {
        ...next.means,
        [behind]: addMeanBlock(meanEvidence(next, behind), { ...block, excess: gap - allowed }),
        [ahead]: addMeanBlock(meanEvidence(next, ahead), { ...block, excess: -gap - allowed }),
      },
      waiting: { ...next.waiting, [chosenOf(attribute, group)]: nothingWaits },
    };
    used = true;
  }
  // The reference group's rows are compared with every group's once: what came late for one waits with the next.
  return used ? { ...next, waiting: { ...next.waiting, [chosenOf(attribute, reference)]: nothingWaits } } : next;
}

const nothingWaits: CounterBlock = { champion: noMoments, candidate: noMoments };

function wait(evidence: GuardEvidence, name: string, { champion, candidate }: CounterBlock): GuardEvidence {
  const before = evidence.waiting[name] ?? nothingWaits;
  const waits = { champion: add(before.champion, champion), candidate: add(before.candidate, candidate) };
  return { ...evidence, waiting: { ...evidence.waiting, [name]: waits } };
}

/** Absolute errors, overall and by group: the canary's mean beyond the champion's and its margin. */
function addMeans(evidence: GuardEvidence, name: string, settings: ModelSettings): GuardEvidence {
  const block = evidence.waiting[name];
  const { gates } = settings.rollout;
  const isOverall = name === absoluteError;
  if (block === undefined || (!isOverall && !name.startsWith('loss '))) return evidence;
  if (block.champion[0] < smallestBlock || block.candidate[0] < smallestBlock) return evidence;
  // The margin is a part of the champion's own error, so the null is a linear one.
  const scale = 1 + (isOverall ? gates.canaryErrorMargin : gates.worstGroupMargin);
  const [champion, candidate] = [meanOf(block.champion), meanOf(block.candidate)];
  const excess = candidate.mean - scale * champion.mean;
  const variance = candidate.variance + scale ** 2 * champion.variance;
  const arms = [block.champion[0], block.candidate[0]];
  const means = {
    ...evidence.means,
    [harmOf(name)]: addMeanBlock(meanEvidence(evidence, harmOf(name)), { excess, variance, arms }),
    [absenceOf(name)]: addMeanBlock(meanEvidence(evidence, absenceOf(name)), { excess: -excess, variance, arms }),
  };
  return { ...evidence, means, waiting: { ...evidence.waiting, [name]: nothingWaits } };
}

function add([n, sum, squares]: Moments, [n2, sum2, squares2]: Moments): Moments {
  return [n + n2, sum + sum2, squares + squares2];
}

export function armOf([n, sum]: Moments): Arm {
  return { n, k: sum };
}
