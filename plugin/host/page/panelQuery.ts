import {
  applyFieldOverrides,
  CoreApp,
  type DataFrame,
  type DataQuery,
  type DataQueryError,
  type DataQueryResponse,
  type DataSourceApi,
  type Field,
  LoadingState,
  type PanelData,
  type RawTimeRange,
  rangeUtil,
  type ScopedVars,
  toDataFrame,
} from '@grafana/data';
import { config } from '@grafana/runtime';
import { from, isObservable, type Observable, of } from 'rxjs';
import { catchError, map, scan, startWith } from 'rxjs/operators';

let nextRequest = 1;

/**
 * Runs the queries of a panel as Grafana does: packets of a response replace each other by key, what failed stands beside
 * what did not, and frames get their display by the panel's field options.
 */
export function runQueries(
  source: DataSourceApi,
  targets: readonly DataQuery[],
  raw: RawTimeRange,
  fieldConfig: object = { defaults: {}, overrides: [] },
): Observable<PanelData> {
  const range = rangeUtil.convertRawToRange(raw);
  const answer = source.query({
    app: CoreApp.Dashboard,
    requestId: `Q${nextRequest++}`,
    targets: targets.map((target) => ({ ...target })),
    range,
    scopedVars: {},
    interval: '1m',
    intervalMs: 60_000,
    timezone: 'browser',
    startTime: Date.now(),
  });
  const packets = isObservable(answer) ? answer : from(answer);
  return packets.pipe(
    catchError((thrown: unknown) =>
      of<DataQueryResponse>({ data: [], state: LoadingState.Error, errors: [{ message: String(thrown) }] }),
    ),
    scan((known, packet) => new Map(known).set(packet.key ?? 'A', packet), new Map<string, DataQueryResponse>()),
    map((known): PanelData => {
      const all = [...known.values()];
      const errors: DataQueryError[] = all.flatMap(({ errors = [] }) => errors);
      const frames = all.flatMap(({ data }) => data.map((frame): DataFrame => toDataFrame(frame)));
      return {
        state: errors.length > 0 ? LoadingState.Error : (all.at(-1)?.state ?? LoadingState.Done),
        series: applyFieldOverrides({
          data: frames,
          fieldConfig: fieldConfig as { defaults: object; overrides: [] },
          replaceVariables: replaceValue,
          theme: config.theme2,
        }),
        timeRange: range,
        ...(errors.length > 0 ? { errors } : {}),
      };
    }),
    startWith<PanelData>({ state: LoadingState.Loading, series: [], timeRange: range }),
  );
}

/** In links of fields: the value that the link stands at. */
function replaceValue(text: string, scopedVars?: ScopedVars): string {
  const context = scopedVars?.__dataContext?.value as { field: Field; rowIndex?: number } | undefined;
  const value: unknown = context?.field.values[context.rowIndex ?? 0];
  return text.replace(/\$\{__value\.raw\}/g, () => String(value ?? ''));
}
