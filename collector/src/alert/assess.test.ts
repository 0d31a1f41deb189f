import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Finding, Verdict } from '../monitor/finding.ts';
import type { Alert } from './alert.ts';
import { type AlertTransition, assessAlert, defaultAlertPolicy } from './assess.ts';

const hour = 3_600_000;

function finding(
  level: number,
  verdict: Verdict = level >= 1 ? 'alarm' : level >= 0.5 ? 'watch' : 'clear',
  signal = 'feature:income',
): Finding {
  return {
    model: 'credit-risk',
    environment: 'production',
    version: '1',
    reference: 'sha256:0',
    signal,
    kind: 'feature',
    from: 0,
    to: hour,
    rows: 1_000,
    statistics: {},
    evidence: { log: level * 10, alarmLog: 10, level, alarm: verdict === 'alarm', leading: null },
    verdict,
    sentence: `${signal} at ${level}`,
  };
}

/** Feeds one finding list a window and collects what happened. */
function play(windows: readonly (readonly Finding[])[], version = '1') {
  let alert: Alert | null = null;
  const transitions: AlertTransition[] = [];
  for (const [index, findings] of windows.entries()) {
    const assessed = assessAlert(alert, {
      id: 'a',
      model: 'credit-risk',
      environment: 'production',
      kind: 'drift',
      severity: 'ticket',
      version,
      findings,
      at: (index + 1) * hour,
      now: index,
    });
    alert = assessed.alert;
    transitions.push(assessed.transition);
  }
  return { alert, transitions };
}

const levels = (...values: number[]) => values.map((value) => [finding(value)]);

describe('what an alert shows', () => {
  it('is what alarmed, and with it what came close together', () => {
    const { alert } = play([
      [
        finding(0.6, 'watch', 'feature:far'),
        finding(0.96, 'watch', 'feature:near'),
        finding(1.2, 'alarm', 'feature:a'),
      ],
    ]);
    expect(alert!.findings.map(({ signal }) => signal)).toEqual(['feature:a', 'feature:near']);
    expect(alert!.sentence).toBe('feature:a at 1.2');
  });

  it('does not hold what broken data explains', () => {
    const explained = { ...finding(0.99, 'watch', 'feature:near'), explainedBy: 'data_quality:near' };
    const { alert } = play([[explained, finding(1.2, 'alarm', 'feature:a')]]);
    expect(alert!.findings.map(({ signal }) => signal)).toEqual(['feature:a']);
  });

  it('is one finding about an embedding, by whichever projection it was told last', () => {
    const { alert } = play([
      [finding(1.2, 'alarm', 'feature:query.projection_03'), finding(1.1, 'alarm', 'feature:a')],
      [finding(1.3, 'alarm', 'feature:query.projection_07')],
    ]);
    expect(alert!.findings.map(({ signal }) => signal)).toEqual(['feature:query.projection_07', 'feature:a']);
  });
});

describe('an alert', () => {
  it('does not exist while evidence is low', () => {
    expect(play(levels(0, 0.2, 0.49)).alert).toBeNull();
  });

  it('is pending from half of the alarm level and is dropped silently when evidence falls', () => {
    const { alert, transitions } = play(levels(0.6, 0.45, 0.2));
    expect(transitions).toEqual(['pending', null, 'dropped']);
    expect(alert).toBeNull();
  });

  it('fires on an alarm and says what alarmed, strongest first', () => {
    const { alert, transitions } = play([
      [finding(1.1, 'alarm', 'feature:age'), finding(1.4, 'alarm', 'feature:income'), finding(0.1)],
    ]);
    expect(transitions).toEqual(['fired']);
    expect(alert?.findings.map((one) => one.signal)).toEqual(['feature:income', 'feature:age']);
    expect(alert?.sentence).toBe('feature:income at 1.4 (and 1 more)');
  });

  it('stays firing while the reset detector gathers evidence again, without a second notification', () => {
    const { alert, transitions } = play(levels(1.2, 0.1, 0.3, 1.1, 0.2, 0.1, 1.3));
    expect(alert?.state).toBe('firing');
    expect(transitions.filter((one) => one === 'fired')).toHaveLength(1);
  });

  it('recovers and resolves only after enough quiet windows in a row', () => {
    const quiet = Array.from({ length: defaultAlertPolicy.resolveAfterWindows }, () => 0.05);
    const { alert, transitions } = play(levels(1.2, ...quiet));
    expect(transitions).toEqual(['fired', null, null, 'recovering', null, null, 'resolved']);
    expect(alert?.state).toBe('resolved');
    expect(alert?.resolvedAt).toBe(7 * hour);
  });

  it('is re-fired, not fired anew, when an alarm comes while it is recovering', () => {
    const { alert, transitions } = play(levels(1.2, 0, 0, 0, 1.5));
    expect(transitions.at(-1)).toBe('refired');
    expect(alert?.firedAt).toBe(hour);
  });

  it('counts firing windows of the version that serves: a successor has a clean record until it alarms itself', () => {
    const { alert: before } = play(levels(1.2, 0.45, 0.45));
    expect(before?.firingWindows).toBe(3);
    const next = (previous: Alert | null, level: number) =>
      assessAlert(previous, {
        id: 'a',
        model: 'credit-risk',
        environment: 'production',
        kind: 'drift',
        severity: 'ticket',
        version: '2',
        findings: [finding(level)],
        at: 9 * hour,
        now: 9,
      }).alert;
    const promoted = next(before, 0.1);
    expect(promoted).toMatchObject({ state: 'firing', version: '1', firingWindows: 0 });
    expect(next(promoted, 0.1)?.firingWindows).toBe(0);
    expect(next(promoted, 1.3)?.firingWindows).toBe(1);
  });

  it('keeps its state through windows without data: missing data is not recovery', () => {
    const nothing = Array.from({ length: 20 }, () => [finding(0, 'insufficient_data')]);
    expect(play([[finding(1.2)], ...nothing]).alert?.state).toBe('firing');
    expect(play([[finding(1.2)], ...nothing.map(() => [])]).alert?.state).toBe('firing');
  });

  it('notifies at most as often as it fires or resolves, however evidence hovers', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1.5, noNaN: true }), { maxLength: 200 }), (values) => {
        const { transitions } = play(levels(...values));
        const told = transitions.filter((one) => one === 'fired' || one === 'resolved');
        // Strictly alternating: fired, resolved, fired, ...
        expect(told.every((one, index) => one === (index % 2 === 0 ? 'fired' : 'resolved'))).toBe(true);
        expect(told.length).toBeLessThanOrEqual(
          2 * Math.ceil(values.length / (defaultAlertPolicy.resolveAfterWindows + 1)),
        );
      }),
    );
  });
});

describe('an alert that takes two alarms', () => {
  const twice = { ...defaultAlertPolicy, alarmsToFire: 2 };
  function states(...values: number[]) {
    let alert: Alert | null = null;
    return values.map((level, index) => {
      const about = { id: 'a', model: 'm', environment: 'e', kind: 'drift', version: '1' } as const;
      const assessed = assessAlert(alert, { ...about, findings: [finding(level)], at: index, now: index }, twice);
      alert = assessed.alert;
      return assessed.alert?.state ?? null;
    });
  }

  it('is pending after the first, fires at the second, and is dropped when none comes', () => {
    expect(states(1.2, 0.1, 0.6, 1.1)).toEqual(['pending', 'pending', 'pending', 'firing']);
    const { resolveAfterWindows } = twice;
    const quiet = Array.from({ length: resolveAfterWindows }, () => 0);
    expect(states(1.2, ...quiet).at(-1)).toBeNull();
    expect(states(1.2, ...quiet.slice(1)).at(-1)).toBe('pending');
  });
});
