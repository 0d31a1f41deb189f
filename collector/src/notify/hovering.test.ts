import { describe, expect, it } from 'vitest';
import type { Alert } from '../alert/alert.ts';
import { type AlertPolicy, assessAlert, defaultAlertPolicy } from '../alert/assess.ts';
import { budgetSettings } from '../config/settings.ts';
import { countStreams } from '../monitor/budget.ts';
import { evaluateWindow } from '../monitor/evaluateWindow.ts';
import type { Finding } from '../monitor/finding.ts';
import { hourMs, sampleReference, sampleSettings, sampleWindow } from '../monitor/sampleTraffic.ts';
import type { MonitorState } from '../monitor/state.ts';
import { seededRandom } from '../statistics/simulate.ts';
import { decideNotification, type NotificationGroup } from './decide.ts';

/** What people are told in a month of a score that hovers at its threshold: by the real decisions, window by window. */

const minuteMs = 60_000;
const monthMs = 30 * 24 * hourMs;
const most = 15;

interface Told {
  /** That something began, grew or ended. While nobody acknowledges an alert its repeats come on top, every four hours. */
  readonly changes: number;
  readonly fired: number;
}

function tell(windows: Iterable<readonly Finding[]>, windowMs: number, change: Partial<AlertPolicy> = {}): Told {
  const policy = { ...defaultAlertPolicy, longestClimb: Math.ceil((48 * hourMs) / windowMs), ...change };
  let alert: Alert | null = null;
  let group: NotificationGroup = { notifier: 'chat', model: 'm', environment: 'production', lastAt: null, told: {} };
  let [changes, fired, at] = [0, 0, 0];
  for (const findings of windows) {
    at += windowMs;
    const about = { id: 'a', model: 'm', environment: 'production', kind: 'drift', version: '1' } as const;
    const assessed = assessAlert(alert, { ...about, findings, at, now: at }, policy);
    alert = assessed.alert;
    fired += assessed.transition === 'fired' ? 1 : 0;
    if (alert === null) continue;
    const notifiable = { alert, silenced: false, inhibited: false, repeatMs: 4 * hourMs };
    const decided = decideNotification(group, [notifiable], { groupIntervalMs: 5 * minuteMs }, at);
    group = decided.group;
    changes += decided.notification !== null && decided.notification.reason !== 'repeat' ? 1 : 0;
  }
  return { changes, fired };
}

function findingAt(level: number): Finding {
  const alarm = level >= 1;
  return {
    model: 'm',
    environment: 'production',
    version: '1',
    reference: 'r',
    signal: 'feature:x',
    kind: 'feature',
    from: 0,
    to: 1,
    rows: 100,
    statistics: {},
    sentence: 'x moved',
    evidence: { log: 10 * level, alarmLog: 10, level, alarm, leading: null },
    verdict: alarm ? 'alarm' : level >= 0.5 ? 'watch' : 'clear',
  };
}

describe('a month of a score that hovers at its threshold', () => {
  it.each([minuteMs, 5 * minuteMs, hourMs])(
    'is told of at most 15 times, whatever the noise (windows of %i ms)',
    (windowMs) => {
      const told = [0.02, 0.1, 0.3, 0.6].map((noise) => {
        const random = seededRandom(7);
        let level = 0.95;
        const windows = Array.from({ length: monthMs / windowMs }, () => {
          // Comes back to the threshold from wherever noise takes it.
          level += 0.1 * (0.95 - level) + noise * (random() - 0.5);
          return [findingAt(Math.max(0, level))];
        });
        return tell(windows, windowMs);
      });
      expect(Math.max(...told.map(({ fired }) => fired))).toBeGreaterThan(0);
      expect(Math.max(...told.map(({ changes }) => changes)), JSON.stringify(told)).toBeLessThanOrEqual(most);
    },
  );

  it.each([5, 20, 60, 100, 200])(
    'is told of at most 15 times when each proof takes %i hours and starts anew',
    (climb) => {
      const windows = Array.from({ length: monthMs / hourMs }, (_, window) => [
        findingAt(((window % climb) + 1) / climb),
      ]);
      const { changes, fired } = tell(windows, hourMs);
      expect(fired).toBeGreaterThan(0);
      expect(changes).toBeLessThanOrEqual(most);
    },
  );

  it('would be told of far more often if a slow proof were not waited for: the test can fail', () => {
    const climb = 30;
    const windows = Array.from({ length: monthMs / hourMs }, (_, window) => [
      findingAt(((window % climb) + 1) / climb),
    ]);
    expect(tell(windows, hourMs, { longestClimb: 0 }).changes).toBeGreaterThan(2 * most);
  });

  it('is told of at most 15 times by real detectors of real rows, in windows of six hours', () => {
    const windowMs = 6 * hourMs;
    const reference = sampleReference({ rows: 300 }, 20, 1);
    const streams = countStreams([{ settings: sampleSettings, reference }]);
    const budget = budgetSettings.parse({});
    const random = seededRandom(3);
    function* windows() {
      let state: MonitorState | null = null;
      for (let window = 0; window < monthMs / windowMs; window++) {
        // Around what is worth knowing (0.05 standard deviations): mostly above, often below.
        const shift = 0.05 + 0.8 * (random() - 0.3);
        const { profile, arrivals } = sampleWindow(reference.shape, { rows: 300, shift }, window);
        const [from, to] = [window * windowMs, (window + 1) * windowMs];
        const input = { settings: sampleSettings, budget, streams, version: '1', reference, profile, arrivals, state };
        const step: ReturnType<typeof evaluateWindow> = evaluateWindow({ ...input, from, to });
        state = step.state;
        yield step.findings.filter(({ signal }) => signal === 'feature:x0');
      }
    }
    const { changes, fired } = tell(windows(), windowMs);
    expect(fired).toBeGreaterThan(0);
    expect(changes).toBeLessThanOrEqual(most);
  });
});
