import { type Alert, isOpen } from '../../alert/index.ts';
import type { ModelSettings } from '../../config/index.ts';
import { declaredSegmentsOf } from '../../config/segments.ts';
import type { RetrainJob } from '../../retrain/index.ts';
import { trafficWeights } from '../../rollout/index.ts';
import type { ReadTransaction } from '../../store/port.ts';
import type { Health } from '../api.ts';
import type { Services } from '../ports.ts';
import { type Champion, championOf } from '../views/champion.ts';
import { healthOf } from '../views/health.ts';
import type { Families, Labels } from './families.ts';
import type { LatestWindows } from './latest-windows.ts';

type ModelLabels = { readonly model: string; readonly environment: string };

const severities = ['page', 'ticket'] as const;

/** Higher is worse, so that `max` over anything is its health. */
const healthNumber: Readonly<Record<Health, number>> = { no_data: 0, ok: 1, watch: 2, alarm: 3, error: 4 };
const healthHelp = 'Health by aspect: 0 no data, 1 ok, 2 watch, 3 alarm, 4 error';

const windowEndHelp = 'End of the latest closed window, Unix seconds';
const segmentHelp = 'Strongest evidence of change in a segment of the traffic; 1 is the alarm level';

/** What is read once for all models. */
export interface ReadOnce {
  /** Alerts and retrain jobs of one model. */
  readonly alerts: readonly Alert[];
  readonly jobs: readonly RetrainJob[];
  readonly windows: LatestWindows;
}

/** What `/metrics` says about one model: what its latest windows found, its alerts, who serves, and its apps. */
export async function collectModel(
  families: Families,
  services: Services,
  transaction: ReadTransaction,
  settings: ModelSettings,
  { alerts, jobs, windows }: ReadOnce,
): Promise<void> {
  const { name: model, environment } = settings;
  const labels = { model, environment };
  const champion = await championOf(services, transaction, settings);
  if (champion.lastEventAt !== null) {
    const seconds = champion.lastEventAt / 1000;
    families.gauge('plumbline_last_event_time_seconds', 'Latest event time, Unix seconds', labels, seconds);
  }
  collectAlerts(families, labels, alerts);

  const watched = new Set([champion.version, champion.state.rollout?.version ?? null]);
  for (const version of watched) {
    const latest = version === null ? undefined : await windows.of(transaction, { model, environment, version });
    if (version === champion.version) {
      for (const [aspect, health] of Object.entries(healthOf(latest?.verdicts ?? [], alerts))) {
        families.gauge('plumbline_health', healthHelp, { ...labels, aspect }, healthNumber[health]);
      }
    }
    if (version === null || latest === undefined) continue;
    const of = { ...labels, version };
    families.gauge('plumbline_window_end_seconds', windowEndHelp, of, latest.to / 1000);
    families.addAll(latest.families);
    for (const { segment } of declaredSegmentsOf(settings)) {
      const key = { ...of, segment };
      const own = await windows.of(transaction, key);
      families.gauge('plumbline_segment_evidence_level', segmentHelp, key, own?.strongest ?? null);
    }
  }
  collectRollout(families, labels, champion);
  collectInstances(families, services, labels, champion);
  for (const state of new Set(jobs.map((job) => job.state))) {
    const count = jobs.filter((job) => job.state === state).length;
    families.gauge('plumbline_retrain_jobs', 'Retrain jobs by state', { ...labels, state }, count);
  }
}

/** Counts, not one series an alert: two alerts of a kind would be the same series twice, which a scrape refuses. */
function collectAlerts(families: Families, labels: Labels, alerts: readonly Alert[]): void {
  for (const severity of severities) {
    const open = alerts.filter((alert) => alert.severity === severity && isOpen(alert)).length;
    const help = 'Alerts that fired and are not resolved';
    families.gauge('plumbline_open_alerts', help, { ...labels, severity }, open);
  }
  const counted = new Map<string, { readonly alert: Alert; count: number }>();
  for (const alert of alerts) {
    const key = `${alert.kind}/${alert.severity}/${alert.state}`;
    const entry = counted.get(key) ?? { alert, count: 0 };
    entry.count += 1;
    counted.set(key, entry);
  }
  for (const { alert, count } of counted.values()) {
    const { kind, severity, state } = alert;
    families.gauge(
      'plumbline_alerts',
      'Alerts by kind, severity and state',
      { ...labels, kind, severity, state },
      count,
    );
  }
}

function collectRollout(families: Families, labels: Labels, { state }: Champion): void {
  for (const [version, weight] of Object.entries(trafficWeights(state))) {
    families.gauge('plumbline_traffic_weight_basis_points', 'Share of the traffic', { ...labels, version }, weight);
  }
  for (const stage of ['shadow', 'canary'] as const) {
    const value = state.rollout?.stage === stage ? 1 : 0;
    families.gauge(
      'plumbline_rollout_stage',
      '1 for the stage a version on its way is in',
      { ...labels, stage },
      value,
    );
  }
  const paused = state.rollout?.paused ? 1 : 0;
  families.gauge('plumbline_rollout_paused', '1 while a rollout is paused by a person', labels, paused);
  families.gauge('plumbline_routing_revision', 'Revision of the routing document', labels, state.routingRevision);
}

/** What the apps say of themselves. An instance starts again from 0, and leaves: sums over them are gauges. */
function collectInstances(families: Families, services: Services, labels: ModelLabels, { state }: Champion): void {
  const heard = services.instances.ofModel(labels.environment, labels.model);
  const behind = heard.filter(({ heartbeat }) => heartbeat.routingRevision < state.routingRevision);
  families.gauge('plumbline_instances', 'SDK instances heard of lately', labels, heard.length);
  families.gauge('plumbline_instances_behind', 'SDK instances on an older routing document', labels, behind.length);
  const total = { accepted: 0, acknowledged: 0, thinned: 0, dropped: 0 };
  for (const { counts } of heard.map(({ heartbeat }) => heartbeat)) {
    total.accepted += counts.accepted;
    total.acknowledged += counts.acknowledged;
    total.thinned += counts.thinned ?? 0;
    total.dropped += Object.values(counts.dropped).reduce((sum, count) => sum + count, 0);
  }
  const waiting = total.accepted - total.acknowledged - total.dropped;
  families.gauge('plumbline_instance_events', 'Events that running SDK instances took', labels, total.accepted);
  families.gauge('plumbline_instance_events_waiting', 'Events they hold and have not delivered', labels, waiting);
  families.gauge('plumbline_instance_events_dropped', 'Events they dropped, and counted', labels, total.dropped);
  families.gauge('plumbline_instance_events_thinned', 'Events that others stand for by weight', labels, total.thinned);
}
