import type { Rollout } from '../state.ts';

/** Version 2 at its first and only step, a tenth of the traffic, unless said otherwise. */
export function testCanary(changes: Partial<Rollout> = {}): Rollout {
  return {
    id: 'r1',
    version: '2',
    stage: 'canary',
    weightBasisPoints: 1_000,
    sampleBasisPoints: 0,
    steps: [1_000],
    startedAt: 0,
    stageFrom: 0,
    stepFrom: 0,
    stepAt: 0,
    paused: null,
    readyAt: null,
    ...changes,
  };
}
