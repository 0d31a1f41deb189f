import { modelSettings } from '../../../collector/src/config/settings.ts';
import { noArrivals } from '../../../collector/src/monitor/arrivals.ts';
import { streamDetectors } from '../../../collector/src/monitor/detectors/streamDetector.ts';
import { encodeMonitorState } from '../../../collector/src/monitor/index.ts';
import { hourMs, sampleReference, sampleTraffic } from '../../../collector/src/monitor/sampleTraffic.ts';
import { initialMonitorState } from '../../../collector/src/monitor/state.ts';
import { allRows, createProfile, foldInferences } from '../../../collector/src/profile/index.ts';
import { advance, evidenceOf, initialState, sharedRoom } from '../../../collector/src/statistics/evidence/index.ts';
import type { Result } from '../alarms/result.ts';

/**
 * Milliseconds for one window of detection over all features (median and fastest), and bytes of state a feature. Traffic is
 * clean and differs from window to window; the first windows, in which code is compiled, are not counted.
 */
export function measureDetectors(features: number, windows: number): Result[] {
  const settings = modelSettings.parse({ name: 'bench' });
  const reference = sampleReference({ rows: 500, features }, 4, 1);
  const profiles = Array.from({ length: differentWindows }, (_, window) => {
    const profile = createProfile(reference.shape);
    const { batch } = sampleTraffic({ rows: 1_000, features }, 2 + window);
    foldInferences(profile, batch, allRows(batch));
    return profile;
  });
  const watched = streamDetectors(settings, reference).filter(({ stream }) => stream.id.includes('x'));
  const states = watched.map(({ detector }) => initialState(detector));
  const components = watched.reduce((sum, { detector }) => sum + detector.components, 0);
  const detect = (window: number): number => {
    const started = performance.now();
    const roomFor = sharedRoom(components);
    watched.forEach(({ detector, detectorAt, countsOf }, index) => {
      const counts = countsOf(profiles[window % differentWindows]!, noArrivals, window + 1, null);
      const atHour = detectorAt(window * hourMs) ?? detector;
      states[index] = advance(atHour, states[index]!, counts, 1, roomFor(detector.components));
      evidenceOf(detector, states[index]!);
    });
    return performance.now() - started;
  };
  for (let window = 0; window < warmUpWindows; window++) detect(window);
  const cpuBefore = process.cpuUsage();
  const times = Array.from({ length: windows }, (_, window) => detect(warmUpWindows + window)).sort((a, b) => a - b);
  const cpu = process.cpuUsage(cpuBefore);

  const bytes = encodeMonitorState({
    ...initialMonitorState(reference),
    detectors: new Map(watched.map(({ stream }, index) => [stream.id, states[index]!.wealth])),
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

const differentWindows = 4;
const warmUpWindows = 20;
