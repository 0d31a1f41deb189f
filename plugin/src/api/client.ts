import { getBackendSrv } from '@grafana/runtime';
import type {
  ActionResult,
  AlertList,
  AuditPage,
  CollectorStatus,
  Distribution,
  DriftReport,
  FairnessReport,
  Me,
  ModelDetail,
  ModelList,
  PerformanceReport,
  RetrainJobList,
  Verb,
  VersionList,
} from '@plumbline/collector/api';
import { lastValueFrom } from 'rxjs';
import { PLUGIN_ID } from '../constants';
import type { AppSettings } from '../settings';
import { failureFrom } from './failure';

/** Narrows a report to a version and to a stretch of event time; absent means the champion and the latest windows. */
export interface ReportQuery {
  readonly version?: string;
  readonly from?: number;
  readonly to?: number;
}

/** One control action. The collector refuses it when `revision` is no longer the target's. */
export interface ActionRequest {
  readonly verb: Verb;
  /** Model, approval or alert, by the verb. */
  readonly target: string;
  readonly revision: number;
  readonly body: Readonly<Record<string, string | number>>;
  /** The same for every try of one decision, so that a repeated request has one effect. */
  readonly idempotencyKey: string;
}

/** What Grafana keeps for the app. A secret that is not sent stays as it is. */
export interface SettingsToSave {
  readonly enabled: boolean;
  readonly pinned: boolean;
  readonly jsonData: AppSettings;
  readonly secureJsonData?: { readonly collectorToken: string };
}

/** Every request of the plugin, by what it is for. Nothing else in the plugin knows an address. */
export const collector = {
  me: () => read<Me>('v1/me'),
  status: () => read<CollectorStatus>('v1/status'),
  models: () => read<ModelList>('v1/models'),
  model: (model: string) => read<ModelDetail>(modelPath(model)),
  drift: (model: string, query: ReportQuery) => read<DriftReport>(`${modelPath(model)}/drift`, query),
  distribution: (model: string, signal: string, query: ReportQuery) =>
    read<Distribution>(`${modelPath(model)}/distribution`, { signal, ...query }),
  fairness: (model: string, query: ReportQuery) => read<FairnessReport>(`${modelPath(model)}/fairness`, query),
  performance: (model: string, query: ReportQuery) => read<PerformanceReport>(`${modelPath(model)}/performance`, query),
  versions: (model: string) => read<VersionList>(`${modelPath(model)}/versions`),
  alerts: (model: string) => read<AlertList>('v1/alerts', { model }),
  retrainJobs: (model: string) => read<RetrainJobList>('v1/retrain-jobs', { model }),
  audit: (limit: number) => read<AuditPage>('v1/audit', { order: 'newest', limit }),
  act: ({ verb, target, revision, body, idempotencyKey }: ActionRequest) =>
    send<ActionResult>({
      url: addressOf(`v1/actions/${verb}/${encodeURIComponent(target)}`),
      method: 'POST',
      data: body,
      headers: { 'If-Match': `"${revision}"`, 'Idempotency-Key': idempotencyKey },
    }),
  /** To Grafana itself, which keeps where the collector is. */
  saveSettings: (settings: SettingsToSave) =>
    send<unknown>({ url: `api/plugins/${PLUGIN_ID}/settings`, method: 'POST', data: settings }),
};

function modelPath(model: string): string {
  return `v1/models/${encodeURIComponent(model)}`;
}

function read<T>(path: string, params: object = {}): Promise<T> {
  const given = Object.fromEntries(Object.entries(params).filter(([, value]) => value !== undefined));
  return send<T>({ url: addressOf(path), method: 'GET', params: given });
}

async function send<T>(request: {
  url: string;
  method: 'GET' | 'POST';
  params?: Record<string, unknown>;
  data?: object;
  headers?: Record<string, string>;
}): Promise<T> {
  try {
    const response = getBackendSrv().fetch<T>({ ...request, showErrorAlert: false, showSuccessAlert: false });
    return (await lastValueFrom(response)).data;
  } catch (thrown) {
    throw failureFrom(thrown);
  }
}

function addressOf(path: string): string {
  return `api/plugin-proxy/${PLUGIN_ID}/${path}`;
}
