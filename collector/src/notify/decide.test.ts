import { describe, expect, it } from 'vitest';
import type { Alert } from '../alert/index.ts';
import { testAlert } from '../alert/testing/test-alert.ts';
import { notificationSettings } from '../config/settings.ts';
import { decideNotification, type Notifiable, type NotificationGroup } from './decide.ts';
import { receiversOf } from './route.ts';

const minute = 60_000;
const hour = 60 * minute;

const empty: NotificationGroup = {
  notifier: 'chat',
  model: 'credit-risk',
  environment: 'production',
  lastAt: null,
  told: {},
};

const about = (change: Partial<Alert> = {}, more: Partial<Notifiable> = {}): Notifiable => ({
  alert: testAlert(change),
  silenced: false,
  inhibited: false,
  repeatMs: 4 * hour,
  ...more,
});

const policy = { groupIntervalMs: 5 * minute };

/** Each step: minutes since the start, and the alerts as they are then. Gives the reasons of what was told. */
function play(steps: readonly (readonly [number, readonly Notifiable[]])[]) {
  let group = empty;
  return steps.map(([at, alerts]) => {
    const decided = decideNotification(group, alerts, policy, at * minute);
    group = decided.group;
    return decided.notification?.reason ?? null;
  });
}

const taken = { by: 'user:ana', at: 1, until: 100 * hour, comment: 'on it' };

describe('people', () => {
  it('are told once that an alert fires, and again after the repeat interval while nobody is on it', () => {
    expect(
      play([
        [0, [about()]],
        [1, [about()]],
        [239, [about()]],
        [240, [about()]],
        [241, [about()]],
      ]),
    ).toEqual(['firing', null, null, 'repeat', null]);
  });

  it('are told of an acknowledgement once, and of nothing more until it grows worse', () => {
    const on = about({ acknowledgement: taken });
    expect(
      play([
        [0, [about()]],
        [10, [on]],
        [600, [on]],
        [700, [about({ severity: 'page' })]],
      ]),
    ).toEqual(['firing', 'acknowledged', null, 'severity_raised']);
  });

  it('are told again when an acknowledgement has run out', () => {
    const on = about({ acknowledgement: { ...taken, until: 100 * minute } });
    expect(
      play([
        [0, [about()]],
        [10, [on]],
        [99, [on]],
        [260, [on]],
      ]),
    ).toEqual(['firing', 'acknowledged', null, 'repeat']);
  });

  it('get one notification for what belongs together, and no second one within the group interval', () => {
    const second = about({ id: 'b', kind: 'data_quality' });
    expect(
      play([
        [0, [about(), second]],
        [1, [about(), second]],
      ]),
    ).toEqual(['firing', null]);
    expect(
      play([
        [0, [about()]],
        [1, [about(), second]],
        [5, [about(), second]],
      ]),
    ).toEqual(['firing', null, 'firing']);
  });

  it('do not wait for the first page', () => {
    const page = about({ id: 'b', kind: 'performance', severity: 'page' });
    const more = about({ id: 'c', kind: 'fairness', severity: 'page' });
    expect(
      play([
        [0, [about()]],
        [1, [about(), page]],
        [2, [about(), page, more]],
      ]),
    ).toEqual(['firing', 'firing', null]);
  });

  it('are told of the end of what they were told of, silenced or not, and of nothing else', () => {
    const over = about({ state: 'resolved' }, { silenced: true });
    expect(
      play([
        [0, [about()]],
        [10, [over]],
        [20, [over]],
      ]),
    ).toEqual(['firing', 'resolved', null]);
    expect(
      play([
        [0, [about({}, { silenced: true })]],
        [10, [over]],
      ]),
    ).toEqual([null, null]);
  });

  it('are not told of what is silenced, explained by another alert, pending or calming down', () => {
    expect(play([[0, [about({}, { silenced: true })]]])).toEqual([null]);
    expect(play([[0, [about({}, { inhibited: true })]]])).toEqual([null]);
    expect(play([[0, [about({ state: 'pending' })]]])).toEqual([null]);
    expect(play([[0, [about({ state: 'recovering' })]]])).toEqual([null]);
  });

  it('hear of it when the silence ends', () => {
    expect(
      play([
        [0, [about({}, { silenced: true })]],
        [30, [about()]],
      ]),
    ).toEqual([null, 'firing']);
  });

  it('are not told that an alert is over because its data stopped', () => {
    const held = about({ state: 'no_data', heldState: 'firing' }, { inhibited: true });
    expect(
      play([
        [0, [about()]],
        [10, [held]],
        [600, [held]],
      ]),
    ).toEqual(['firing', null, null]);
  });
});

describe('routes', () => {
  const settings = (routes: unknown[]) =>
    notificationSettings.parse({
      notifiers: [
        { name: 'pager', type: 'pagerduty', routingKey: 'k'.repeat(32) },
        { name: 'chat', type: 'slack', url: 'https://chat.example.com/x' },
      ],
      routes,
    });
  const names = (change: Partial<Alert>, routes: unknown[] = []) => [
    ...receiversOf(testAlert(change), settings(routes)).keys(),
  ];

  it('wake nobody for a ticket when there are none', () => {
    expect(names({ severity: 'ticket' })).toEqual(['chat']);
    expect(names({ severity: 'page' })).toEqual(['pager', 'chat']);
  });

  it('match by severity, kind and model, and add up; the shortest repeat counts', () => {
    const routes = [
      { severities: ['page'], notifiers: ['pager'] },
      { kinds: ['drift'], models: ['credit-risk'], notifiers: ['chat'], repeat: '1d' },
      { models: ['credit-risk'], notifiers: ['chat'], repeat: '2h' },
    ];
    expect(names({ severity: 'page', model: 'other' }, routes)).toEqual(['pager']);
    expect(names({ severity: 'page' }, routes)).toEqual(['pager', 'chat']);
    expect(names({ kind: 'fairness', model: 'other' }, routes)).toEqual([]);
    expect(receiversOf(testAlert(), settings(routes)).get('chat')).toBe(2 * hour);
    expect(receiversOf(testAlert(), settings(routes.toReversed())).get('chat')).toBe(2 * hour);
  });
});
