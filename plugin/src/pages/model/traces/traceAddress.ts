import { type DataSourceInstanceSettings, locationUtil } from '@grafana/data';
import { config } from '@grafana/runtime';

type Source = Pick<DataSourceInstanceSettings, 'uid' | 'name' | 'type' | 'meta'>;

/** How far around an inference Explore looks: some stores of traces find none without a time. */
const aroundMs = 3_600_000;

/** The data sources of this Grafana that hold traces. */
export function tracingSources(): Source[] {
  return Object.values(config.datasources ?? {}).filter(({ meta }) => meta?.tracing === true);
}

/**
 * Where Grafana's Explore shows a trace (`panes`, Grafana 10.2 and later). `uid` is that of the tracing data source; of
 * what type it is tells Grafana, and every type but Tempo takes the id alone.
 */
export function traceAddress(uid: string, traceId: string, atMs: number, sources: readonly Source[]): string {
  const type = sources.find((source) => source.uid === uid)?.type ?? 'tempo';
  const pane = {
    datasource: uid,
    queries: [
      {
        refId: 'A',
        datasource: { type, uid },
        ...(type === 'tempo' ? { queryType: 'traceql' } : {}),
        query: traceId,
      },
    ],
    range: { from: String(atMs - aroundMs), to: String(atMs + aroundMs) },
  };
  const search = new URLSearchParams({
    schemaVersion: '1',
    panes: JSON.stringify({ trace: pane }),
    orgId: String(config.bootData?.user?.orgId ?? 1),
  });
  return locationUtil.assureBaseUrl(`/explore?${search}`);
}
