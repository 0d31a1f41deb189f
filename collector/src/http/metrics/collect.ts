import { type Alert, readAlerts } from '../../alert/index.ts';
import type { ModelSettings } from '../../config/index.ts';
import { readJobs } from '../../retrain/index.ts';
import { trafficWeights } from '../../rollout/index.ts';
import { readCounts } from '../../store/history.ts';
import type { ReadTransaction } from '../../store/port.ts';
import type { Services } from '../ports.ts';
import { championOf } from '../views/champion.ts';
import { latestFindings } from '../views/model-summary.ts';
import type { MetricFamily, Sample } from './prometheus-text.ts';

/** Signals of one version that have series of their own: those with the most evidence. */
const signalsPerVersion = 200;
const scannedDeliveries = 10_000;
const alertStates: readonly Alert['state'][] = ['pending', 'firing', 'recovering', 'resolved', 'no_data', 'error'];

type Labels = Readonly<Record<string, string>>;

/**
 * Everything `/metrics` says. Labels are names that the settings, the control plane or a frozen reference made (models,
 * versions, signals, groups, states): never what the next event brings, so that traffic cannot make series.
 */
export async function collectMetrics(services: Services): Promise<MetricFamily[]> {
  return services.store.read(async (transaction) => {
    const families = new Families();
    collectProcess(families, services);
    await collectIntake(families, services, transaction);
    for (const settings of services.settings.models) {
      await collectModel(families, services, transaction, settings);
    }
    await collectDeliveries(families, services, transaction);
    return families.all();
  });
}

function collectProcess(families: Families, { collector }: Services): void {
  families.gauge('plumbline_info', 'Version of the collector', { version: collector.version }, 1);
  families.gauge(
    'plumbline_ready',
    '1 when the collector takes traffic',
    {},
    collector.notReady().length === 0 ? 1 : 0,
  );
  families.gauge('plumbline_stream_lag_messages', 'Messages that wait on the stream', {}, collector.lagMessages());
  const { user, system } = process.cpuUsage();
  families.counter('process_cpu_seconds_total', 'CPU time spent', {}, (user + system) / 1e6);
  families.gauge('process_resident_memory_bytes', 'Memory in use', {}, process.memoryUsage.rss());
  families.gauge('process_start_time_seconds', 'Start time, Unix seconds', {}, collector.startedAt / 1000);
}

async function collectIntake(families: Families, { settings }: Services, transaction: ReadTransaction): Promise<void> {
  const counts = await readCounts(transaction);
  for (const { name: model } of settings.models) {
    const own = counts.models[model];
    families.counter('plumbline_inferences_total', 'Inferences counted', { model }, own?.inferences ?? 0);
    families.counter('plumbline_outcomes_total', 'Outcomes counted', { model }, own?.outcomes ?? 0);
  }
  const total = (name: string, help: string, value: number) =>
    families.counter(`plumbline_${name}_total`, help, {}, value);
  total('joined_outcomes', 'Inferences that got a label', counts.joinedOutcomes);
  total('refused_outcomes', 'Outcomes later than the horizon, or too many that wait', counts.refusedOutcomes);
  total('duplicate_batches', 'Batches that arrived again and were not counted again', counts.duplicateBatches);
  total('dead_letters', 'Batches that could not be read', counts.deadLetters);
  total('unknown_model_events', 'Events of models that the settings do not declare', counts.unknownModelEvents);
  families.gauge('plumbline_waiting_outcomes', 'Outcomes whose inference has not arrived', {}, counts.waitingOutcomes);
}

async function collectModel(
  families: Families,
  services: Services,
  transaction: ReadTransaction,
  settings: ModelSettings,
): Promise<void> {
  const { name: model, environment } = settings;
  const labels = { model, environment };
  const champion = await championOf(services, transaction, settings);
  const { state } = champion;
  if (champion.lastEventAt !== null) {
    const seconds = champion.lastEventAt / 1000;
    families.gauge('plumbline_last_event_time_seconds', 'Latest event time, Unix seconds', labels, seconds);
  }
  const watched = new Set([champion.version, state.rollout?.version ?? null].filter((version) => version !== null));
  for (const version of watched) {
    const findings = [...(await latestFindings(transaction, { model, environment, version }))]
      .sort((a, b) => (b.evidence?.level ?? 0) - (a.evidence?.level ?? 0))
      .slice(0, signalsPerVersion);
    for (const { signal, evidence, statistics } of findings) {
      const of = { ...labels, version, signal };
      families.gauge(
        'plumbline_evidence_level',
        'Evidence of change; 1 is the alarm level',
        of,
        evidence?.level ?? null,
      );
      const psi = statistics.populationStabilityIndex?.value ?? null;
      families.gauge('plumbline_population_stability_index', 'Distance from the reference, for reading', of, psi);
    }
  }
  for (const { alert } of await readAlerts(transaction, { model })) {
    const of = { ...labels, kind: alert.kind, severity: alert.severity };
    for (const alertState of alertStates) {
      const value = alert.state === alertState ? 1 : 0;
      families.gauge('plumbline_alert_state', '1 for the state the alert is in', { ...of, state: alertState }, value);
    }
  }
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
  const instances = services.instances.ofModel(environment, model);
  const behind = instances.filter(({ heartbeat }) => heartbeat.routingRevision < state.routingRevision);
  families.gauge('plumbline_instances', 'SDK instances heard of lately', labels, instances.length);
  families.gauge('plumbline_instances_behind', 'SDK instances on an older routing document', labels, behind.length);
  const jobs = await readJobs(transaction, { model });
  for (const jobState of new Set(jobs.map(({ job }) => job.state))) {
    const count = jobs.filter(({ job }) => job.state === jobState).length;
    families.gauge('plumbline_retrain_jobs', 'Retrain jobs by state', { ...labels, state: jobState }, count);
  }
}

async function collectDeliveries(families: Families, services: Services, transaction: ReadTransaction): Promise<void> {
  const deliveries = await services.deliveries.read(transaction, { limit: scannedDeliveries });
  for (const { name: webhook } of services.settings.webhooks) {
    for (const state of ['pending', 'delivered', 'dead'] as const) {
      const count = deliveries.filter((delivery) => delivery.webhook === webhook && delivery.state === state).length;
      families.gauge('plumbline_webhook_deliveries', 'Webhook deliveries by state', { webhook, state }, count);
    }
  }
}

/** Families in the order in which they were first named. */
class Families {
  readonly #families = new Map<string, MetricFamily & { readonly samples: Sample[] }>();

  gauge(name: string, help: string, labels: Labels, value: number | null): void {
    this.#add('gauge', name, help, { labels, value });
  }

  counter(name: string, help: string, labels: Labels, value: number): void {
    this.#add('counter', name, help, { labels, value });
  }

  all(): MetricFamily[] {
    return [...this.#families.values()];
  }

  #add(type: MetricFamily['type'], name: string, help: string, sample: Sample): void {
    const family = this.#families.get(name) ?? { name, help, type, samples: [] };
    family.samples.push(sample);
    this.#families.set(name, family);
  }
}
