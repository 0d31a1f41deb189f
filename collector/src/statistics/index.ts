export { andersonDarling, andersonDarling95 } from './andersonDarling.ts';
export { type AreaEstimate, areaUnderCurve } from './areaUnderCurve.ts';
export { type CellTest, chiSquareTwoSample } from './chiSquareTwoSample.ts';
export { type ConfusionCounts, type ConfusionMetrics, confusionMetrics } from './confusionMetrics.ts';
export { cramersV } from './cramersV.ts';
export { cramerVonMises } from './cramerVonMises.ts';
export { type DivergenceBand, divergenceBand } from './divergenceBand.ts';
export { energyDistance } from './energyDistance.ts';
export type { Estimated } from './estimated.ts';
export { exactCramerVonMisesTail, exactKolmogorovSmirnovTail } from './exactTwoSampleTail.ts';
export { hellingerDistance } from './hellingerDistance.ts';
export { jensenShannonDistance } from './jensenShannonDistance.ts';
export { katzRatio } from './katzRatio.ts';
export { kolmogorovSmirnov, kolmogorovSmirnovBand } from './kolmogorovSmirnov.ts';
export { kuiper } from './kuiper.ts';
export { kullbackLeibler } from './kullbackLeibler.ts';
export { largestShareChange, largestShareChangeBand } from './largestShareChange.ts';
export { likelihoodRatioTest } from './likelihoodRatioTest.ts';
export { meanShift } from './meanShift.ts';
export { medianShift, type Quantiles } from './medianShift.ts';
export { newcombeDifference, type Proportion } from './newcombeDifference.ts';
export { populationStabilityContributions, populationStabilityIndex } from './populationStabilityIndex.ts';
export {
  populationStabilityEffect,
  populationStabilityThreshold,
  type StabilitySize,
} from './populationStabilityTest.ts';
export { type ResidualMetrics, residualMetrics } from './residualMetrics.ts';
export { totalVariation, totalVariationBand } from './totalVariation.ts';
export { type BinnedNumbers, wassersteinBand, wassersteinNormalised } from './wassersteinNormalised.ts';
export { wilsonInterval } from './wilsonInterval.ts';
