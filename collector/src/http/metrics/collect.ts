import { setImmediate as nextTurn } from 'node:timers/promises';
import { readAlerts } from '../../alert/index.ts';
import { readJobs } from '../../retrain/index.ts';
import { readCounts } from '../../store/counts.ts';
import type { ReadTransaction } from '../../store/port.ts';
import { countDeliveries, readEndpointState } from '../../webhook/index.ts';
import type { Services } from '../ports.ts';
import { Families } from './families.ts';
import { LatestWindows } from './latest-windows.ts';
import { measuredFamilies } from './measured-families.ts';
import { collectModel } from './model-metrics.ts';
import type { MetricFamily } from './prometheus-text.ts';

/**
 * Everything `/metrics` says. Labels are names that the settings, the control plane or a frozen reference made (models,
 * versions, signals, groups, states): never what the next event brings, so that traffic cannot make series.
 */
export async function collectMetrics(services: Services): Promise<MetricFamily[]> {
  const measured = measuredFamilies(await services.collector.measured());
  const windows = latestWindows.get(services.store) ?? new LatestWindows();
  latestWindows.set(services.store, windows);
  return services.store.read(async (transaction) => {
    const families = new Families();
    collectProcess(families, services);
    await collectIntake(families, services, transaction);
    const alerts = Map.groupBy(
      (await readAlerts(transaction)).map(({ alert }) => alert),
      ofModel,
    );
    const jobs = Map.groupBy(
      (await readJobs(transaction)).map(({ job }) => job),
      ofModel,
    );
    windows.begin();
    let turnAt = performance.now();
    for (const settings of services.settings.models) {
      const model = ofModel({ environment: settings.environment, model: settings.name });
      const known = { alerts: alerts.get(model) ?? [], jobs: jobs.get(model) ?? [], windows };
      await collectModel(families, services, transaction, settings, known);
      // An embedded store answers without a turn of the event loop: others want theirs.
      if (performance.now() - turnAt > longestTurnMs) {
        await nextTurn();
        turnAt = performance.now();
      }
    }
    await collectDeliveries(families, services, transaction);
    return [...families.all(), ...measured];
  });
}

const latestWindows = new WeakMap<Services['store'], LatestWindows>();
const longestTurnMs = 20;
const ofModel = ({ environment, model }: { environment: string; model: string }) => `${environment}/${model}`;

function collectProcess(families: Families, { collector }: Services): void {
  families.gauge('plumbline_info', 'Version of the collector', { version: collector.version }, 1);
  families.gauge(
    'plumbline_ready',
    '1 when the collector takes traffic',
    {},
    collector.notReady().length === 0 ? 1 : 0,
  );
  families.gauge('plumbline_stream_lag_messages', 'Messages that wait on the stream', {}, collector.lagMessages());
  const age = 'Age of what is read now; 0 when nothing waits';
  families.gauge('plumbline_stream_lag_seconds', age, {}, collector.lagSeconds());
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
  total('clamped_events', 'Events dated in the future, counted when the broker stored them', counts.clampedEvents);
  total('dead_letters', 'Batches that could not be read', counts.deadLetters);
  total('unknown_model_events', 'Events of models that the settings do not declare', counts.unknownModelEvents);
  total('stream_regressions', 'Times the stream was another or had lost its end', counts.streamRegressions);
  total('missed_messages', 'Messages that were gone from the stream before they were read', counts.missedMessages);
  families.gauge('plumbline_waiting_outcomes', 'Outcomes whose inference has not arrived', {}, counts.waitingOutcomes);
}

async function collectDeliveries(families: Families, services: Services, transaction: ReadTransaction): Promise<void> {
  for (const { name: webhook } of services.deliveries.endpoints()) {
    const { pending, dead } = await countDeliveries(transaction, webhook);
    const help = 'Deliveries that wait, and that were given up';
    families.gauge('plumbline_webhook_deliveries', help, { webhook, state: 'pending' }, pending);
    families.gauge('plumbline_webhook_deliveries', help, { webhook, state: 'dead' }, dead);
    const { failures } = await readEndpointState(transaction, webhook);
    families.gauge('plumbline_webhook_failures', 'Failed attempts in a row', { webhook }, failures);
  }
}
