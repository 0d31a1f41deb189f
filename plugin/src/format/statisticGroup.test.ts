import { describe, expect, it } from 'vitest';
import { groupFairness, groupPerformance } from './statisticGroup';

const named = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, name]));
const titlesOf = (groups: ReturnType<typeof groupPerformance>) =>
  Object.fromEntries(groups.map(({ title, entries }) => [title, entries.map(([name]) => name)]));

describe('statistics by what they answer', () => {
  it('puts performance under its questions, the plainest first', () => {
    const groups = groupPerformance(
      named([
        'logLoss',
        'errorRate',
        'accuracy',
        'balancedAccuracy',
        'precision',
        'f1',
        'falsePositiveRate',
        'macroF1',
        'weightedPrecision',
        'areaUnderCurve',
        'averagePrecision',
        'precisionAt10',
        'brierScore',
        'calibrationError',
        'matthewsCorrelation',
        'meanAbsoluteError',
        'rSquared',
        'somethingNew',
      ]),
    );
    expect(titlesOf(groups)).toEqual({
      'How often is it right?': ['errorRate', 'accuracy', 'balancedAccuracy', 'matthewsCorrelation'],
      'Which mistakes does it make?': ['precision', 'f1', 'falsePositiveRate'],
      'How good is it for every class?': ['macroF1', 'weightedPrecision'],
      'Is the order right?': ['areaUnderCurve', 'averagePrecision', 'precisionAt10'],
      'Are the probabilities true?': ['logLoss', 'brierScore', 'calibrationError'],
      'How far off are the numbers?': ['meanAbsoluteError', 'rSquared'],
      More: ['somethingNew'],
    });
    expect(groups[0]?.title).toBe('How often is it right?');
    expect(groups.at(-1)?.title).toBe('More');
  });

  it('puts gaps between groups under theirs', () => {
    const groups = groupFairness(
      named([
        'statisticalParityDifference',
        'disparateImpactRatio',
        'equalOpportunityDifference',
        'falsePositiveRateDifference',
        'equalisedOddsDifference',
        'equalizedOddsDifference',
        'averageOddsDifference',
        'predictiveParityDifference',
        'falseDiscoveryRateDifference',
        'falseOmissionRateDifference',
        'treatmentEqualityRatio',
        'accuracyDifference',
        'subgroupAreaDifference',
        'somethingNew',
      ]),
    );
    expect(titlesOf(groups)).toEqual({
      'Who gets the favourable decision?': ['statisticalParityDifference', 'disparateImpactRatio'],
      'Who bears the mistakes?': [
        'equalOpportunityDifference',
        'falsePositiveRateDifference',
        'equalisedOddsDifference',
        'equalizedOddsDifference',
        'averageOddsDifference',
        'treatmentEqualityRatio',
        'accuracyDifference',
      ],
      'Does a decision mean the same?': [
        'predictiveParityDifference',
        'falseDiscoveryRateDifference',
        'falseOmissionRateDifference',
      ],
      'Does a score mean the same?': ['subgroupAreaDifference'],
      More: ['somethingNew'],
    });
  });

  it('has no group without a statistic', () => {
    expect(groupPerformance({})).toEqual([]);
    expect(groupFairness(named(['accuracyDifference'])).map(({ title }) => title)).toEqual(['Who bears the mistakes?']);
  });
});
