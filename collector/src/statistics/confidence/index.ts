export { bernoulliSequence } from './bernoulliSequence.ts';
export { betaBinomialMixture } from './betaBinomialMixture.ts';
export {
  empiricalBernsteinSequence,
  hedgedSequence,
  hoeffdingSequence,
  kellyLogWealth,
} from './boundedMean.ts';
export { countedMeanSequence } from './countedMean.ts';
export { distributionBand, distributionConstant } from './distributionBand.ts';
export { gammaExponentialMixture } from './gammaExponentialMixture.ts';
export { normalMixture, normalMixtureUpper } from './normalMixture.ts';
export { polynomialStitching } from './polynomialStitching.ts';
