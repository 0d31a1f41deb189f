import { describe, expect, it } from 'vitest';
import { statisticFormat, statisticName, statisticScale } from './statistic';

describe('a statistic', () => {
  it.each([
    ['f1', 'F1'],
    ['macroF1', 'Macro F1'],
    ['areaUnderCurve', 'Area under curve'],
    ['areaUnderROCCurve', 'Area under ROC curve'],
    ['matthewsCorrelation', 'Matthews correlation'],
    ['brierScore', 'Brier score'],
    ['logLoss', 'Log loss'],
    ['precisionAt10', 'Precision at 10'],
    ['equalizedOddsDifference', 'Equalized odds difference'],
    ['recall:fraud', 'Recall fraud'],
    ['expected_calibration_error', 'Expected calibration error'],
    ['rSquared', 'R squared'],
    ['ndcgAt5', 'NDCG at 5'],
    ['jensenShannonDistance', 'Jensen-Shannon distance'],
    ['somethingNew', 'Something new'],
  ])('%s is shown as %s', (name, text) => {
    expect(statisticName(name)).toBe(text);
  });

  it.each([
    ['accuracy', 0.787, '78.7\u00a0%'],
    ['balancedAccuracy', 0.787, '78.7\u00a0%'],
    ['macroF1', 0.5, '50\u00a0%'],
    ['precisionAt10', 0.5, '50\u00a0%'],
    ['positivePredictiveValue', 0.5, '50\u00a0%'],
    ['falseOmissionRate', 0.004, '0.40\u00a0%'],
    ['weightedAbsolutePercentageError', 0.12, '12\u00a0%'],
    ['statisticalParityDifference', -0.177, '-17.7\u00a0pp'],
    ['equalizedOddsDifference', 0.1, '10\u00a0pp'],
    ['equalisedOddsDifference', 0.1, '10\u00a0pp'],
    ['averageOddsDifference', 0.1, '10\u00a0pp'],
    ['falseDiscoveryRateDifference', 0.1, '10\u00a0pp'],
    ['accuracyDifference', -0.06, '-6\u00a0pp'],
    ['f1Difference', 0.045, '4.5\u00a0pp'],
    ['subgroupAreaDifference', 0.1, '0.100'],
    ['disparateImpactRatio', 0.699, '0.699'],
    ['treatmentEqualityRatio', 2.5, '2.50'],
    ['brierScore', 0.181, '0.181'],
    ['matthewsCorrelation', 0.52, '0.520'],
    ['averagePrecision', 0.52, '0.520'],
    ['meanAbsoluteError', 18_240.4, '18,240'],
    ['somethingNew', 0.5, '0.500'],
  ])('%s of %s is written %s', (name, value, text) => {
    expect(statisticFormat(name)(value)).toBe(text);
    expect(statisticFormat(name)(null)).toBe('–');
  });

  it.each([
    ['accuracy', null],
    ['falsePositiveRate', null],
    ['treatmentEqualityRatio', '1 is parity'],
    ['averageOddsDifference', '0 is parity'],
    ['areaUnderCurve', '0.5 is chance, 1 is perfect'],
    ['matthewsCorrelation', '0 is chance, 1 is perfect'],
    ['brierScore', '0 is perfect, lower is better'],
    ['calibrationError', '0 is perfect, lower is better'],
    ['calibrationSlope', '1 is perfect'],
    ['meanError', '0 is unbiased'],
    ['meanAbsoluteError', 'in the unit of the outcome, lower is better'],
    ['meanAbsolutePercentageError', 'lower is better'],
  ])('%s is read like this: %s', (name, scale) => {
    expect(statisticScale(name)).toBe(scale);
  });
});
