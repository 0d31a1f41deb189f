import { describe, expect, it } from 'vitest';
import { adwin } from './adwin.ts';
import { ddm } from './ddm.ts';
import { eddm } from './eddm.ts';
import { hddmA } from './hddmA.ts';
import { hddmW } from './hddmW.ts';
import { pageHinkley } from './pageHinkley.ts';
import { signalsOf } from './streamBaseline.ts';
import { np1, np2, np3, py42 } from './streams.ts';

/** Indices that river, scikit-multiflow and MOA publish or test, reproduced by independent code. */
describe('baseline detectors find the published indices', () => {
  it.each([
    ['DDM', ddm(), [1084, 1492], [1334]],
    ['EDDM (.8, .75)', eddm({ alpha: 0.8, beta: 0.75 }), [1059], [1278]],
    ['HDDM-A', hddmA(), [451], [1206]],
    ['HDDM-W', hddmW(), [451], [1077]],
  ])('%s with its warnings', (_, baseline, warnings, drifts) => {
    expect(signalsOf(baseline, py42)).toEqual({ warnings, drifts });
  });

  it.each([
    ['DDM', ddm(), np2, [1049]],
    ['HDDM-A', hddmA(), np2, [1047]],
    ['HDDM-W', hddmW(), np2, [1018]],
    ['EDDM', eddm(), np2, [663, 828, 1007, 1078]],
    ['HDDM-A, two-sided', hddmA({ sides: 'both' }), np3, [531, 1015, 1545]],
    ['HDDM-W, two-sided', hddmW({ sides: 'both' }), np3, [507, 1032, 1508]],
    ['Page-Hinkley', pageHinkley(), np1, [1020, 1991]],
    ['ADWIN as in the paper', adwin(), np1, [1023, 1055]],
    ['ADWIN, all cuts, forgetting', adwin({ afterDrift: 'forget' }), np1, [1023]],
    ['ADWIN, skipping cuts', adwin({ cuts: 'skip newest of each row' }), np1, [1055, 1087, 1215]],
    ['ADWIN, skipping cuts, forgetting', adwin({ cuts: 'skip newest of each row', afterDrift: 'forget' }), np1, [1055]],
  ])('%s', (_, baseline, stream, drifts) => {
    expect(signalsOf(baseline, stream).drifts).toEqual(drifts);
  });
});
