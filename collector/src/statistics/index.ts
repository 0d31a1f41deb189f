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
export { averageOddsDifference } from './fairness/averageOddsDifference.ts';
export { conditionalDemographicDisparity, type DecisionStratum } from './fairness/conditionalDemographicDisparity.ts';
export { type ConfusionRates, confusionRates } from './fairness/confusionRates.ts';
export { equalisedOddsDifference } from './fairness/equalisedOddsDifference.ts';
export { type BenefitCounts, betweenGroupEntropy, generalisedEntropy } from './fairness/generalisedEntropy.ts';
export { hiddenGroups } from './fairness/hiddenGroups.ts';
export { type RateRange, rateRange } from './fairness/rateRange.ts';
export { type ShrunkenRates, shrunkenRates, worstGroup } from './fairness/shrunkenRates.ts';
export { areaDifference, type SubgroupAreas, subgroupAreas } from './fairness/subgroupAreas.ts';
export { treatmentEqualityRatio } from './fairness/treatmentEqualityRatio.ts';
export { hellingerDistance } from './hellingerDistance.ts';
export { jensenShannonDistance } from './jensenShannonDistance.ts';
export { katzRatio } from './katzRatio.ts';
export { kolmogorovSmirnov, kolmogorovSmirnovBand } from './kolmogorovSmirnov.ts';
export { kuiper } from './kuiper.ts';
export { kullbackLeibler } from './kullbackLeibler.ts';
export { type ConfusionBounds, confusionBounds, type LabelBounds } from './labelBounds.ts';
export { largestShareChange, largestShareChangeBand } from './largestShareChange.ts';
export { likelihoodRatioTest } from './likelihoodRatioTest.ts';
export { meanShift } from './meanShift.ts';
export { medianShift, type Quantiles } from './medianShift.ts';
export { newcombeDifference, type Proportion } from './newcombeDifference.ts';
export { averagePrecision } from './performance/averagePrecision.ts';
export { balancedAccuracy } from './performance/balancedAccuracy.ts';
export {
  calibrationError,
  calibrationLine,
  calibrationSquaredError,
  type ReliabilityBin,
  reliability,
} from './performance/calibration.ts';
export { matthewsCorrelation } from './performance/matthewsCorrelation.ts';
export { meanOfQueries } from './performance/meanOfQueries.ts';
export { type MulticlassMetrics, multiclassMetrics } from './performance/multiclassMetrics.ts';
export { type ProbabilityBins, probabilityLosses } from './performance/probabilityLosses.ts';
export {
  normalisedDiscountedGain,
  precisionAt,
  rankedAveragePrecision,
  recallAt,
  reciprocalRank,
} from './performance/ranking.ts';
export { pinballLoss, relativeErrors } from './performance/relativeErrors.ts';
export { populationStabilityContributions, populationStabilityIndex } from './populationStabilityIndex.ts';
export {
  populationStabilityEffect,
  type StabilitySize,
} from './populationStabilityTest.ts';
export { type ResidualMetrics, residualMetrics } from './residualMetrics.ts';
export { totalVariation, totalVariationBand } from './totalVariation.ts';
export { type BinnedNumbers, wassersteinBand, wassersteinNormalised } from './wassersteinNormalised.ts';
export { wilsonInterval } from './wilsonInterval.ts';
