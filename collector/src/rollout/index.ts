export { ArtefactStore, digestOf } from './artefacts.ts';
export type { RolloutAction } from './intents.ts';
export { RolloutService } from './service.ts';
export { type RolloutState, trafficWeights } from './state.ts';
