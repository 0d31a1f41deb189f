export { ArtefactStore, digestOf } from './artefacts.ts';
export { type RolloutAction, RolloutService } from './service.ts';
export { type RolloutState, trafficWeights } from './state.ts';
