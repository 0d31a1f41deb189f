import {
  type Alert,
  alertKinds,
  inhibitorOf,
  isOpen,
  readAlerts,
  readLiveSilences,
  recordEvent,
  silenceOf,
} from '../alert/index.ts';
import type { ModelSettings, NotificationSettings, NotifierSettings } from '../config/settings.ts';
import { readNamer } from '../store/people.ts';
import { compositeKey, jsonCollection, type ReadTransaction, type Store, type Transaction } from '../store/port.ts';
import type { Outbox } from '../webhook/index.ts';
import { decideNotification, type Notifiable, type Notification, type NotificationGroup } from './decide.ts';
import { messageOf, type NotificationMessage } from './message.ts';
import { receiversOf } from './route.ts';

const notificationType = 'model.alert.notification';

const groups = jsonCollection<NotificationGroup>('notification_groups');

export interface NotificationServiceOptions {
  readonly store: Store;
  readonly clock: () => number;
  readonly settings: NotificationSettings;
  readonly models: readonly ModelSettings[];
  readonly outbox: Outbox;
  /** Where a person looks at an alert. */
  readonly linkOf: (alert: Alert) => string;
}

/** Tells people of alerts. What was told is in the store; every decision is pure. */
export class NotificationService {
  readonly #options: NotificationServiceOptions;

  constructor(options: NotificationServiceOptions) {
    this.#options = options;
  }

  /** Looks at all alerts and tells what is due. Does nothing the second time. Returns how many were told. */
  async run(): Promise<number> {
    const { settings, clock, store } = this.#options;
    if (settings.notifiers.length === 0) return 0;
    const now = clock();
    const { alerts, known, silences } = await store.read(async (transaction) => ({
      alerts: (await readAlerts(transaction)).map(({ alert }) => alert),
      known: (await transaction.range(groups, {})).map(({ value }) => value),
      silences: await readLiveSilences(transaction, now),
    }));
    const toldOf = new Set(known.filter(({ told }) => Object.keys(told).length > 0).map(modelKeyOf));
    let told = 0;
    for (const [model, all] of Map.groupBy(alerts, modelKeyOf)) {
      // Most models have nothing to tell: no transaction for them.
      if (!all.some(isOpen) && !toldOf.has(model)) continue;
      const notifiable = (alert: Alert) => ({
        silenced: silenceOf(alert, silences, now) !== null,
        inhibited: inhibitorOf(alert, all) !== null,
      });
      for (const notifier of settings.notifiers) {
        told += await this.#tell(notifier, all, notifiable, now);
      }
    }
    return told;
  }

  /** Tells something that is no alert to those who are told of tickets of the model. Never wakes anybody. */
  async tell(
    transaction: Transaction,
    about: {
      readonly model: string;
      readonly environment: string;
      readonly version: string;
      readonly kind: string;
      readonly text: string;
    },
  ): Promise<void> {
    const { settings, models, outbox, clock } = this.#options;
    const { model, environment, version, text } = about;
    const kind = alertKinds.find((one) => one === about.kind) ?? 'performance';
    const receivers = receiversOf({ model, kind, severity: 'ticket' }, settings);
    const own = models.find(({ name }) => name === model);
    for (const { name, type } of settings.notifiers) {
      // Both know nothing but alerts.
      if (!receivers.has(name) || type === 'pagerduty' || type === 'alertmanager') continue;
      const data: NotificationMessage = {
        notifier: name,
        reason: 'note',
        model,
        environment,
        title: `${model}: ${text}`,
        harm: '',
        owner: own?.owner ?? '',
        runbook: own?.runbook ?? '',
        open: [],
        news: [],
        resolved: [],
      };
      const event = { type: notificationType, subject: `${model}/${version}`, time: clock(), data };
      await outbox.enqueueTo(transaction, name, event);
    }
  }

  async notifiedAt(transaction: ReadTransaction, alerts: readonly Alert[]): Promise<ReadonlyMap<string, number>> {
    const { notifiers } = this.#options.settings;
    const keys = new Set(alerts.flatMap((alert) => notifiers.map(({ name }) => keyOf(name, alert))));
    const latest = new Map<string, number>();
    for (const stored of await transaction.getMany(groups, [...keys])) {
      for (const [id, { at }] of Object.entries(stored?.value.told ?? {})) {
        latest.set(id, Math.max(at, latest.get(id) ?? at));
      }
    }
    return latest;
  }

  async #tell(
    notifier: NotifierSettings,
    all: readonly Alert[],
    stateOf: (alert: Alert) => { readonly silenced: boolean; readonly inhibited: boolean },
    now: number,
  ): Promise<number> {
    const { settings, store } = this.#options;
    const [first] = all;
    if (first === undefined) return 0;
    const { model, environment } = first;
    const candidates = (group: NotificationGroup): Notifiable[] =>
      all.flatMap((alert) => {
        const repeatMs = receiversOf(alert, settings).get(notifier.name);
        // Whoever was told of it hears of its end, also when the routes or its severity have changed.
        if (repeatMs === undefined && group.told[alert.id] === undefined) return [];
        return [{ alert, ...stateOf(alert), repeatMs: repeatMs ?? Number.POSITIVE_INFINITY }];
      });
    const policy =
      notifier.type === 'alertmanager' ? { groupIntervalMs: 0 } : { groupIntervalMs: settings.groupInterval };
    const fresh: NotificationGroup = { notifier: notifier.name, model, environment, lastAt: null, told: {} };
    const read = async (transaction: ReadTransaction) =>
      (await transaction.get(groups, keyOf(notifier.name, first)))?.value ?? fresh;
    const decide = (group: NotificationGroup) => {
      const own = candidates(group).map((one) =>
        notifier.type === 'alertmanager' ? { ...one, repeatMs: notifier.resend } : one,
      );
      return decideNotification(group, own, policy, now);
    };
    if (decide(await store.read(read)).notification === null) return 0;
    return store.transaction(async (transaction) => {
      // Somebody else may have told it meanwhile.
      const { group, notification } = decide(await read(transaction));
      if (notification === null) return 0;
      await transaction.put(groups, keyOf(notifier.name, first), group);
      await this.#send(transaction, notifier, notification, all, now);
      return 1;
    });
  }

  async #send(
    transaction: Transaction,
    notifier: NotifierSettings,
    notification: Notification,
    all: readonly Alert[],
    now: number,
  ): Promise<void> {
    const { outbox, models, linkOf } = this.#options;
    const [first] = all;
    if (first === undefined) return;
    const { model, environment } = first;
    const settings = models.find(({ name }) => name === model);
    const context = {
      notifier: notifier.name,
      model,
      environment,
      linkOf,
      all,
      named: await readNamer(transaction),
      owner: settings?.owner ?? '',
      runbook: settings?.runbook ?? '',
    };
    const isHeartbeat = notifier.type === 'alertmanager' && notification.reason === 'repeat';
    for (const part of partsFor(notifier, notification)) {
      const message = messageOf(isHeartbeat ? { ...part, reason: 'heartbeat' } : part, context);
      const event = { type: notificationType, subject: `${model}/${first.version}`, time: now, data: message };
      await outbox.enqueueTo(transaction, notifier.name, event, isHeartbeat ? 'transient' : 'durable');
    }
    if (isHeartbeat) return;
    for (const alert of [...notification.news, ...notification.resolved]) {
      const text = `${notifier.name} was told (${notification.reason.replaceAll('_', ' ')})`;
      const happened = { at: now, eventTime: null, transition: 'notified', actor: 'system:notify', text } as const;
      await recordEvent(transaction, alert, happened);
    }
  }
}

/** PagerDuty takes one alert an event, and never hears of what it knows already. */
function partsFor(notifier: NotifierSettings, notification: Notification): readonly Notification[] {
  if (notifier.type !== 'pagerduty') return [notification];
  const { reason } = notification;
  // Everything but an acknowledgement opens what is not open; what one person took stays taken.
  const isTaken = ({ acknowledgement }: Alert) => acknowledgement !== null;
  return [
    ...notification.news.map((alert) => ({
      open: [alert],
      news: [alert],
      resolved: [],
      reason: isTaken(alert) ? ('acknowledged' as const) : reason === 'acknowledged' ? ('firing' as const) : reason,
    })),
    ...notification.resolved.map((alert) => ({ reason: 'resolved' as const, open: [], news: [], resolved: [alert] })),
  ];
}

interface OfModel {
  readonly environment: string;
  readonly model: string;
}

const modelKeyOf = ({ environment, model }: OfModel) => compositeKey(environment, model);

const keyOf = (notifier: string, { environment, model }: OfModel) => compositeKey(environment, model, notifier);
