import { describe, expect, it } from 'vitest';
import { buildReference } from '../../profile/index.ts';
import { batchOf } from '../../profile/sampleBatch.ts';
import { profileOf } from '../../profile/sampleProfile.ts';
import { normal, seededRandom } from '../../statistics/simulate.ts';
import { hourMs } from '../sampleTraffic.ts';
import { watchWindows } from '../watchWindows.ts';

const names = ['query.projection_00', 'query.projection_01', 'query.projection_02', 'income'];
const features = names.map((name) => ({ name, type: 'number' as const }));

/** An hour of rows; `of`: the value of each feature, from one that is standard normal. */
function hourOf(random: () => number, hour: number, of = (value: number, _: string): number | null => value) {
  const rows = Array.from({ length: 300 }, (_, i) => ({
    id: `${hour}-${i}`,
    time: hour * hourMs + i,
    features: Object.fromEntries(names.map((name) => [name, of(normal(random), name)])),
    prediction: 'yes',
  }));
  return batchOf(rows, features);
}

const random = seededRandom(1);
const reference = buildReference(
  Array.from({ length: 8 }, (_, hour) => hourOf(random, hour)),
  [],
  { task: 'binary_classification', windowMs: hourMs },
);

function notable(of: (value: number, name: string) => number | null) {
  const { findings } = watchWindows(reference, [{ profile: profileOf(reference.shape, hourOf(random, 8, of)) }]);
  const said = findings[0]!.filter(({ verdict }) => verdict === 'alarm' || verdict === 'watch');
  return { alarms: said.filter(({ verdict }) => verdict === 'alarm'), told: said.filter((one) => one.explainedBy) };
}

describe('an embedding', () => {
  it('that goes missing raises one alarm, which says of how many projections', () => {
    const { alarms, told } = notable((value, name) => (name === 'income' ? value : null));
    expect(alarms.map(({ sentence }) => sentence)).toEqual([
      expect.stringMatching(
        /^query\.projection_0\d is missing more often: 0 % → 100 % of 300 rows; evidence .+ \(one of 3 of the 3 projections of query\)$/,
      ),
    ]);
    const quality = told.filter(({ kind }) => kind === 'data_quality');
    expect(quality.map(({ explainedBy }) => explainedBy)).toEqual([alarms[0]!.signal, alarms[0]!.signal]);
  });

  it('moves by one alarm, beside those of other features', () => {
    const { alarms, told } = notable((value) => value + 3);
    expect(alarms.map(({ signal }) => signal.replace(/\d+$/, 'n')).sort()).toEqual([
      'feature:income',
      'feature:query.projection_n',
    ]);
    expect(told).toHaveLength(2);
  });
});
