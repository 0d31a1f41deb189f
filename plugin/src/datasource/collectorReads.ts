import { getBackendSrv } from '@grafana/runtime';
import type {
  Distribution,
  DriftReport,
  FairnessReport,
  ModelDetail,
  ModelList,
  People,
  PerformanceReport,
  VersionList,
} from '@plumbline/collector/api';
import { lastValueFrom } from 'rxjs';
import { failureFrom } from '../api/failure';

/** Narrows a report: absent or empty version is the champion, segment all traffic; times are milliseconds since 1970 UTC, of the events. */
export interface Range {
  readonly version?: string;
  readonly segment?: string;
  readonly from?: number;
  readonly to?: number;
}

/** What the data source reads, through Grafana's data source proxy at `base`. Everything fails with a RequestFailure. */
export function collectorReads(base: string) {
  async function read<T>(path: string, params: object = {}): Promise<T> {
    const given = Object.fromEntries(Object.entries(params).filter(([, value]) => value !== undefined && value !== ''));
    try {
      const response = getBackendSrv().fetch<T>({
        url: `${base}/${path}`,
        method: 'GET',
        params: given,
        showErrorAlert: false,
      });
      return (await lastValueFrom(response)).data;
    } catch (thrown) {
      throw failureFrom(thrown);
    }
  }
  const modelPath = (model: string) => `v1/models/${encodeURIComponent(model)}`;

  return {
    /** Every model: as many pages as it takes. */
    async models(): Promise<ModelList['items']> {
      const items: ModelList['items'] = [];
      let cursor: string | null = null;
      do {
        const page: ModelList = await read<ModelList>('v1/models', { limit: largestPage, cursor: cursor ?? undefined });
        items.push(...page.items);
        cursor = page.nextCursor;
      } while (cursor !== null);
      return items;
    },
    people: () => read<People>('v1/people'),
    model: (model: string) => read<ModelDetail>(modelPath(model)),
    versions: (model: string) => read<VersionList>(`${modelPath(model)}/versions`),
    drift: (model: string, range: Range) => read<DriftReport>(`${modelPath(model)}/drift`, range),
    distribution: (model: string, signal: string, range: Range) =>
      read<Distribution>(`${modelPath(model)}/distribution`, { signal, ...range }),
    performance: (model: string, range: Range) => read<PerformanceReport>(`${modelPath(model)}/performance`, range),
    fairness: (model: string, range: Range) => read<FairnessReport>(`${modelPath(model)}/fairness`, range),
  };
}

export type CollectorReads = ReturnType<typeof collectorReads>;

const largestPage = 500;
