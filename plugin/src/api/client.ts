import { config, getBackendSrv } from '@grafana/runtime';
import type {
  ActionResult,
  Alert,
  AlertChanges,
  AlertHistory,
  AuditPage,
  AuditVerification,
  CollectorStatus,
  DataQualityReport,
  DeadLetterCodeList,
  DeadLetterDetail,
  DeadLetterList,
  DeliveryList,
  Distribution,
  DriftReport,
  Exemplars,
  FairnessReport,
  Me,
  ModelDetail,
  ModelList,
  People,
  PerformanceReport,
  RetrainJobList,
  RetrainRecommendation,
  SilenceList,
  UsageReport,
  Verb,
  VersionList,
  WeakSegmentReport,
  WebhookList,
} from '@plumbline/collector/api';
import { lastValueFrom } from 'rxjs';
import { PLUGIN_ID } from '../constants';
import type { AppSettings } from '../settings';
import { failureFrom } from './failure';

/** Narrows a report to a version, a segment and a stretch of event time; absent: the champion, all, the latest windows. */
export interface ReportQuery {
  readonly version?: string;
  /** `channel=web` */
  readonly segment?: string;
  readonly from?: number;
  readonly to?: number;
}

/** A page of a list: where the page before ended, by what it gave as `nextCursor`. */
export interface PageQuery {
  readonly cursor?: string | undefined;
  readonly limit?: number | undefined;
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
  people: () => read<People>('v1/people'),
  status: () => read<CollectorStatus>('v1/status'),
  models: () => readAll<ModelList['items'][number]>('v1/models', 1_000),
  model: (model: string) => read<ModelDetail>(modelPath(model)),
  drift: (model: string, query: ReportQuery) => read<DriftReport>(`${modelPath(model)}/drift`, query),
  distribution: (model: string, signal: string, query: ReportQuery) =>
    read<Distribution>(`${modelPath(model)}/distribution`, { signal, ...query }),
  dataQuality: (model: string, query: ReportQuery) =>
    read<DataQualityReport>(`${modelPath(model)}/data-quality`, query),
  fairness: (model: string, query: ReportQuery) => read<FairnessReport>(`${modelPath(model)}/fairness`, query),
  performance: (model: string, query: ReportQuery) => read<PerformanceReport>(`${modelPath(model)}/performance`, query),
  weakSegments: (model: string, query: ReportQuery) =>
    read<WeakSegmentReport>(`${modelPath(model)}/weak-segments`, query),
  usage: (model: string, query: ReportQuery) => read<UsageReport>(`${modelPath(model)}/usage`, query),
  exemplars: (model: string, query: Omit<ReportQuery, 'segment'>) =>
    read<Exemplars>(`${modelPath(model)}/exemplars`, query),
  versions: (model: string) => read<VersionList>(`${modelPath(model)}/versions`),
  retrainRecommendation: (model: string) => read<RetrainRecommendation>(`${modelPath(model)}/retrain`),
  /** One of each kind a model at most: an open one that nothing has changed since is as much there as the latest. */
  alerts: (query: { readonly model?: string } = {}) => readAll<Alert>('v1/alerts', 500, query),
  alert: (alert: string) => read<Alert>(alertPath(alert)),
  alertHistory: (alert: string, query: PageQuery) => read<AlertHistory>(`${alertPath(alert)}/history`, query),
  wholeAlertHistory: (alert: string) => readAll<AlertHistory['items'][number]>(`${alertPath(alert)}/history`, 500),
  alertChanges: (alert: string) => read<AlertChanges>(`${alertPath(alert)}/changes`),
  alertCertificates: (alert: string) => read<object>(`${alertPath(alert)}/certificates`),
  /** Markdown. */
  alertIncident: (alert: string) =>
    send<string>({ url: addressOf(`${alertPath(alert)}/incident`), method: 'GET', responseType: 'text' }),
  silences: (query: PageQuery) => read<SilenceList>('v1/silences', query),
  retrainJobs: (query: PageQuery & { readonly model?: string }) => read<RetrainJobList>('v1/retrain-jobs', query),
  webhooks: () => read<WebhookList>('v1/webhooks'),
  deliveries: (query: PageQuery & { readonly state?: string | undefined }) =>
    read<DeliveryList>('v1/deliveries', query),
  deadLetters: (query: PageQuery & { readonly code?: string | undefined }) =>
    read<DeadLetterList>('v1/dead-letters', query),
  deadLetterCodes: () => read<DeadLetterCodeList>('v1/dead-letter-codes'),
  deadLetter: (letter: string) => read<DeadLetterDetail>(`v1/dead-letters/${encodeURIComponent(letter)}`),
  audit: (query: { readonly after?: string | undefined; readonly limit: number }) =>
    read<AuditPage>('v1/audit', { order: 'newest', ...query }),
  verifyAudit: () => read<AuditVerification>('v1/audit/verify'),
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

/** Where live events come from, for an `EventSource`: the same origin, so the person's session goes with it. */
export function streamAddress(): string {
  return `${config.appSubUrl}/${addressOf('v1/stream')}`;
}

function modelPath(model: string): string {
  return `v1/models/${encodeURIComponent(model)}`;
}

function alertPath(alert: string): string {
  return `v1/alerts/${encodeURIComponent(alert)}`;
}

/** Everything in a list: as many pages as it takes. `limit` is the largest page that the collector gives of it. */
async function readAll<Item>(path: string, limit: number, query: object = {}): Promise<{ readonly items: Item[] }> {
  const items: Item[] = [];
  let cursor: string | undefined;
  do {
    const page: { items: Item[]; nextCursor: string | null } = await read(path, { ...query, limit, cursor });
    items.push(...page.items);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return { items };
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
  responseType?: 'text';
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
