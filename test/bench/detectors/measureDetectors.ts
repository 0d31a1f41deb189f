import { modelSettings } from '../../../collector/src/config/settings.ts';
import { noArrivals } from '../../../collector/src/monitor/arrivals.ts';
import { encodeMonitorState } from '../../../collector/src/monitor/index.ts';
import { hourMs, sampleReference, sampleTraffic } from '../../../collector/src/monitor/sampleTraffic.ts';
import { initialMonitorState } from '../../../collector/src/monitor/state.ts';
import { streamDetectors } from '../../../collector/src/monitor/streamDetector.ts';
import { allRows, createProfile, foldInferences } from '../../../collector/src/profile/index.ts';
import { advance, evidenceOf, initialState } from '../../../collector/src/statistics/evidence/index.ts';
import type { Result } from '../alarms/result.ts';

/** Milliseconds for one window of detection over all features (median and fastest), and bytes of state a feature. */
export function measureDetectors(features: number, windows: number): Result[] {
  const settings = modelSettings.parse({ name: 'bench' });
  const reference = sampleReference({ rows: 500, features }, 4, 1);
  const profile = createProfile(reference.shape);
  const { batch } = sampleTraffic({ rows: 1_000, features }, 2);
  foldInferences(profile, batch, allRows(batch));
  const watched = streamDetectors(settings, reference).filter(({ stream }) => stream.id.includes('x'));
  const states = watched.map(({ detector }) => initialState(detector));

  const cpuBefore = process.cpuUsage();
  const times = Array.from({ length: windows }, (_, window) => {
    const started = performance.now();
    watched.forEach(({ detector, detectorAt, countsOf }, index) => {
      const counts = countsOf(profile, noArrivals, window + 1);
      states[index] = advance(detectorAt(window * hourMs) ?? detector, states[index]!, counts, 1);
      evidenceOf(detector, states[index]!);
    });
    return performance.now() - started;
  }).sort((a, b) => a - b);

  const cpu = process.cpuUsage(cpuBefore);

  const bytes = encodeMonitorState({
    ...initialMonitorState(reference),
    detectors: new Map(watched.map(({ stream }, index) => [stream.id, states[index]!.logWealth])),
  }).length;
  const result = (metric: string, value: number): Result => ({
    scenario: `${features} features`,
    rule: 'e-detector',
    metric,
    value,
  });
  return [
    result('milliseconds a window, median', times[Math.floor(windows / 2)]!),
    result('milliseconds a window, fastest', times[0]!),
    result('milliseconds of processor time a window, mean', (cpu.user + cpu.system) / 1_000 / windows),
    result('bytes of stored state a feature', bytes / features),
  ];
}
