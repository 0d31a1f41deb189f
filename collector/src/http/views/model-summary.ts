import { type Alert, readAlertsOfModel, readAlertsOfModels } from '../../alert/index.ts';
import type { ModelSettings } from '../../config/index.ts';
import type { Finding } from '../../monitor/finding.ts';
import type { RolloutState } from '../../rollout/index.ts';
import { readFindings, readLatestVerdicts, readWindowRows, type VersionKey } from '../../store/history.ts';
import type { ReadTransaction } from '../../store/port.ts';
import type { ModelSummary } from '../api.ts';
import type { Services } from '../ports.ts';
import { type Champion, championOf } from './champion.ts';
import { healthOf } from './health.ts';

const trafficWindows = 24;
const hourMs = 3_600_000;
const openStates: ReadonlySet<Alert['state']> = new Set(['pending', 'firing', 'recovering', 'no_data', 'error']);

/** A model on one line, and what that line was made of. */
export interface SummarisedModel {
  readonly summary: ModelSummary;
  readonly champion: Champion;
}

/** Models on a line each, in the order of their settings. */
export async function summariseModels(
  services: Pick<Services, 'rollout'>,
  transaction: ReadTransaction,
  models: readonly ModelSettings[],
): Promise<ModelSummary[]> {
  const alerts = Map.groupBy(
    (await readAlertsOfModels(transaction, models.map(keyOf))).map(({ alert }) => alert),
    ({ model }) => model,
  );
  const summaries = [];
  for (const settings of models) {
    const own = alerts.get(settings.name) ?? [];
    summaries.push((await summarise(services, transaction, settings, own)).summary);
  }
  return summaries;
}

export async function summariseModel(
  services: Pick<Services, 'rollout'>,
  transaction: ReadTransaction,
  settings: ModelSettings,
): Promise<SummarisedModel> {
  const alerts = (await readAlertsOfModel(transaction, keyOf(settings))).map(({ alert }) => alert);
  return summarise(services, transaction, settings, alerts);
}

const keyOf = ({ name: model, environment }: ModelSettings) => ({ model, environment });

async function summarise(
  services: Pick<Services, 'rollout'>,
  transaction: ReadTransaction,
  settings: ModelSettings,
  alerts: readonly Alert[],
): Promise<SummarisedModel> {
  const { name: model, environment, task, owner } = settings;
  const champion = await championOf(services, transaction, settings);
  const { state } = champion;
  const keys = champion.versions.map((version) => ({ model, environment, version }));
  const { version } = champion;
  const latest = version === null ? undefined : await readLatestVerdicts(transaction, { model, environment, version });
  const traffic = await trafficOf(transaction, keys, champion.lastEventAt, settings.window);
  return {
    champion,
    summary: {
      model,
      environment,
      task,
      owner,
      revision: state.revision,
      champion: state.champion,
      version,
      rollout: rolloutOf(state),
      health: healthOf(latest?.verdicts ?? [], alerts),
      openAlerts: alerts.filter(({ state: alertState }) => openStates.has(alertState)).length,
      rowsLastHour: traffic.rowsLastHour,
      traffic: traffic.windows,
      lastEventAt: champion.lastEventAt,
    },
  };
}

/** Findings of the latest closed window that has any. */
export async function latestFindings(transaction: ReadTransaction, key: VersionKey): Promise<readonly Finding[]> {
  const [latest] = await readFindings(transaction, { ...key, limit: 1, reverse: true });
  return latest?.findings ?? [];
}

function rolloutOf({ rollout }: RolloutState): ModelSummary['rollout'] {
  return rollout === null
    ? null
    : { version: rollout.version, stage: rollout.stage, weightBasisPoints: rollout.weightBasisPoints };
}

/** Rows that were served to somebody: a shadow's rows are copies of them. */
async function trafficOf(
  transaction: ReadTransaction,
  versions: readonly VersionKey[],
  lastEventAt: number | null,
  windowMs: number,
): Promise<{ windows: ModelSummary['traffic']; rowsLastHour: number }> {
  if (lastEventAt === null) {
    return { windows: [], rowsLastHour: 0 };
  }
  const newest = Math.floor(lastEventAt / windowMs) * windowMs;
  const trafficFrom = newest - (trafficWindows - 1) * windowMs;
  // Whole windows: as many as an hour has, at least the one that is filling.
  const hourFrom = newest - (Math.max(1, Math.floor(hourMs / windowMs)) - 1) * windowMs;
  const rows = new Map<number, number>();
  for (const version of versions) {
    const from = Math.min(trafficFrom, hourFrom);
    for (const window of await readWindowRows(transaction, { ...version, from })) {
      rows.set(window.from, (rows.get(window.from) ?? 0) + window.champion + window.canary);
    }
  }
  const windows = [...rows].map(([from, count]) => ({ from, rows: count })).sort((a, b) => a.from - b.from);
  return {
    windows: windows.filter(({ from }) => from >= trafficFrom),
    rowsLastHour: windows.filter(({ from }) => from >= hourFrom).reduce((total, window) => total + window.rows, 0),
  };
}
