import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import type { ConfusionCounts } from '../confusionMetrics.ts';
import { katzRatio } from '../katzRatio.ts';
import { newcombeDifference, type Proportion } from '../newcombeDifference.ts';
import { mcNemarTest } from '../performance/mcNemarTest.ts';
import { pairedAreaDifference } from '../performance/pairedAreaDifference.ts';
import { normalCdf } from '../special/normalCdf.ts';
import { normalQuantile } from '../special/normalQuantile.ts';
import { averageOddsDifference } from './averageOddsDifference.ts';
import { conditionalDemographicDisparity } from './conditionalDemographicDisparity.ts';
import { confusionRates } from './confusionRates.ts';
import { equalisedOddsDifference } from './equalisedOddsDifference.ts';
import { africanAmerican, caucasian, compasAll } from './publishedCounts.ts';
import { shrunkenRates } from './shrunkenRates.ts';
import { areaDifference, type ScoredLabels, subgroupAreas } from './subgroupAreas.ts';

/** Public data, kept out of the repository: its folder is `PLUMBLINE_DATA`, or `shared/data` beside the repository. */
const folder = process.env.PLUMBLINE_DATA ?? join(import.meta.dirname, '../../../../../shared/data');
const file = join(folder, 'compas.csv');

type Row = Readonly<Record<string, string>>;

const isPositive = (row: Row): boolean => row.score_text !== 'Low';
const isEvent = (row: Row): boolean => row.two_year_recid === '1';

function confusion(rows: readonly Row[]): ConfusionCounts {
  const count = (decision: boolean, label: boolean): number =>
    rows.filter((row) => isPositive(row) === decision && isEvent(row) === label).length;
  return {
    truePositive: count(true, true),
    falsePositive: count(true, false),
    falseNegative: count(false, true),
    trueNegative: count(false, false),
  };
}

function byDecile(rows: readonly Row[]): ScoredLabels {
  const positives = new Float64Array(11);
  const negatives = new Float64Array(11);
  for (const row of rows) {
    const counts = isEvent(row) ? positives : negatives;
    const decile = Number(row.decile_score);
    counts[decile] = (counts[decile] ?? 0) + 1;
  }
  return { positives, negatives };
}

/** Expected values: computed from the same file with numpy and scipy. */
describe.skipIf(!existsSync(file))('COMPAS by race (needs compas.csv)', () => {
  const rows: readonly Row[] = existsSync(file) ? parse(readFileSync(file), { columns: true }) : [];
  const inGroup = rows.filter(({ race }) => race === 'African-American');
  const others = rows.filter(({ race }) => race !== 'African-American');
  const white = rows.filter(({ race }) => race === 'Caucasian');

  it('has the published counts', () => {
    expect(confusion(rows)).toEqual(compasAll);
    expect(confusion(inGroup)).toEqual(africanAmerican);
    expect(confusion(white)).toEqual(caucasian);
  });

  it('gives the areas inside the groups and across', () => {
    const areas = subgroupAreas(byDecile(inGroup), byDecile(others));
    expect(areas.subgroup.value).toBeCloseTo(0.691834, 6);
    expect(areas.subgroup.standardError).toBeCloseTo(0.008562, 6);
    expect(areas.backgroundPositiveSubgroupNegative.value).toBeCloseTo(0.527483, 6);
    expect(areas.backgroundNegativeSubgroupPositive.value).toBeCloseTo(0.82438, 6);
    const { subgroup } = subgroupAreas(byDecile(white), byDecile(others));
    expect(subgroup.value).toBeCloseTo(0.693146, 6);
    expect(subgroup.standardError).toBeCloseTo(0.010797, 6);
    // DeLong's test of the two groups.
    const { value, low, high } = areaDifference(areas.subgroup, subgroup);
    const z = (value! / (high! - low!)) * 2 * normalQuantile(0.975);
    expect(z).toBeCloseTo(-0.0952, 4);
    expect(2 * normalCdf(z)).toBeCloseTo(0.9242, 4);
  });

  it('gives the decile a better area than the number of priors on the same rows', () => {
    const column = (name: string): number[] => rows.map((row) => Number(row[name]));
    const [deciles, priors, events] = [column('decile_score'), column('priors_count'), column('two_year_recid')];
    const { value, standardError } = pairedAreaDifference(deciles, priors, events);
    // 0.702166 - 0.670393, z = 4.5554.
    expect(value).toBeCloseTo(0.031774, 6);
    expect(standardError).toBeCloseTo(0.006975, 6);
    expect(value! / standardError!).toBeCloseTo(4.5554, 4);
  });

  it('counts the rows on which the score and a rule by priors are not both wrong or both right', () => {
    const isWrong = (decision: boolean, row: Row): boolean => decision !== isEvent(row);
    const wrong = rows.map((row) => [isWrong(isPositive(row), row), isWrong(Number(row.priors_count) >= 3, row)]);
    const onlyScoreRight = wrong.filter(([score, rule]) => !score && rule).length;
    const onlyRuleRight = wrong.filter(([score, rule]) => score && !rule).length;
    expect([onlyScoreRight, onlyRuleRight]).toEqual([1_202, 1_124]);
    expect(mcNemarTest(onlyRuleRight, onlyScoreRight).exactTail).toBeCloseTo(0.110344, 6);
  });

  it('gives the demographic disparity given prior offences', () => {
    const strata = [0, 1, 2, 3, 4].map((stratum) => {
      const alike = (row: Row): boolean => Math.min(Math.floor(Number(row.priors_count) / 3), 4) === stratum;
      const count = (side: readonly Row[], rejected: boolean): number =>
        side.filter((row) => alike(row) && isPositive(row) === rejected).length;
      return {
        groupAccepted: count(inGroup, false),
        groupRejected: count(inGroup, true),
        othersAccepted: count(others, false),
        othersRejected: count(others, true),
      };
    });
    expect(conditionalDemographicDisparity(strata).value).toBeCloseTo(0.219847, 6);
  });

  it('draws the rates of small intersections towards the mean', () => {
    const groups = [...new Set(rows.map(({ race, sex }) => `${race} ${sex}`))];
    const rates = groups.map((group): Proportion => {
      const members = rows.filter(({ race, sex }) => `${race} ${sex}` === group);
      return confusionRates(confusion(members)).falsePositiveRate;
    });
    const fitted = shrunkenRates(rates);
    expect(fitted?.strength).toBeCloseTo(10.939, 3);
    expect(rates[groups.indexOf('African-American Female')]).toEqual({ events: 164, n: 405 });
    expect(fitted?.rates[groups.indexOf('African-American Female')]?.value).toBeCloseTo(0.4028, 4);
    expect(rates[groups.indexOf('Native American Female')]).toEqual({ events: 0, n: 1 });
    expect(fitted?.rates[groups.indexOf('Native American Female')]?.value).toBeCloseTo(0.2964, 4);
  });

  it("gives ProPublica's filtered rows their gaps", () => {
    const filtered = rows.filter(
      (row) =>
        row.days_b_screening_arrest !== '' &&
        Math.abs(Number(row.days_b_screening_arrest)) <= 30 &&
        row.is_recid !== '-1' &&
        row.c_charge_degree !== 'O' &&
        row.score_text !== 'N/A',
    );
    expect(filtered).toHaveLength(6_172);
    expect(filtered.filter(isEvent)).toHaveLength(2_809);
    const scored = (text: string): number => filtered.filter(({ score_text }) => score_text === text).length;
    expect([scored('High'), scored('Medium'), scored('Low')]).toEqual([1_144, 1_607, 3_421]);
    const side = (group: string): readonly Row[] => filtered.filter(({ race }) => race === group);
    const [a, b] = [side('African-American'), side('Caucasian')];
    expect([a.length, b.length]).toEqual([3_175, 2_103]);
    const low = (members: readonly Row[]): Proportion => ({
      events: members.filter((row) => !isPositive(row)).length,
      n: members.length,
    });
    expect(newcombeDifference(low(a), low(b)).value).toBeCloseTo(-0.245107, 6);
    const ratio = katzRatio(low(a), low(b));
    expect(ratio.value).toBeCloseTo(0.633646, 6);
    expect(ratio.low).toBeCloseTo(0.602457, 6);
    expect(ratio.high).toBeCloseTo(0.66645, 6);
    const [first, second] = [confusion(a), confusion(b)];
    expect(equalisedOddsDifference(first, second).value).toBeCloseTo(0.211582, 6);
    expect(2 * (averageOddsDifference(first, second).value ?? 0)).toBeCloseTo(0.211582 + 0.203241, 6);
  });

  it('gives the observed share of events by decile', () => {
    const shares = (side: readonly Row[]): number[] => {
      const { positives, negatives } = byDecile(side);
      return Array.from({ length: 10 }, (_, i) => {
        const [event, none] = [positives[i + 1] ?? 0, negatives[i + 1] ?? 0];
        return Math.round((event / (event + none)) * 1e4) / 1e4;
      });
    };
    const black = [0.2286, 0.3028, 0.4191, 0.4597, 0.4822, 0.5599, 0.5925, 0.6825, 0.7079, 0.7937];
    expect(shares(inGroup)).toEqual(black);
    expect(shares(white)).toEqual([0.2085, 0.313, 0.3407, 0.3965, 0.4606, 0.5722, 0.6154, 0.7193, 0.6939, 0.7031]);
  });
});

/** Counts of Adult and German credit, published with the data sets. */
describe('parity by group', () => {
  it.each([
    ['Adult, sex', [1_179, 10_771], [6_662, 21_790], [-0.196276, -0.204701, -0.187707], [0.358023, 0.33803, 0.379198]],
    [
      'German credit, age 25 and less',
      [110, 190],
      [590, 810],
      [-0.149448, -0.226412, -0.074479],
      [0.794826, 0.699089, 0.903674],
    ],
  ] as const)('%s', (_, [events, n], [otherEvents, otherN], difference, ratio) => {
    const [a, b] = [
      { events, n },
      { events: otherEvents, n: otherN },
    ];
    const values = ({ value, low, high }: ReturnType<typeof katzRatio>) => [value, low, high];
    values(newcombeDifference(a, b)).forEach((value, i) => void expect(value).toBeCloseTo(difference[i] ?? 0, 6));
    values(katzRatio(a, b)).forEach((value, i) => void expect(value).toBeCloseTo(ratio[i] ?? 0, 6));
  });

  it.each([
    ['age under 25', [88, 149], [612, 851], -0.12855, 0.821248],
    ['sex', [201, 310], [499, 690], -0.074801, 0.896567],
  ] as const)('German credit, %s', (_, [events, n], [otherEvents, otherN], difference, ratio) => {
    const [a, b] = [
      { events, n },
      { events: otherEvents, n: otherN },
    ];
    expect(newcombeDifference(a, b).value).toBeCloseTo(difference, 6);
    expect(katzRatio(a, b).value).toBeCloseTo(ratio, 6);
  });

  it('Adult, race', () => {
    const [a, b] = [
      { events: 724, n: 4_745 },
      { events: 7_117, n: 27_816 },
    ];
    expect(newcombeDifference(a, b).value).toBeCloseTo(-0.103278, 6);
    expect(katzRatio(a, b).value).toBeCloseTo(0.596348, 6);
  });
});
