import {
  type AdHocVariableFilter,
  type AnnotationSupport,
  type DataQueryError,
  type DataQueryRequest,
  type DataQueryResponse,
  DataSourceApi,
  type DataSourceInstanceSettings,
  LoadingState,
  rangeUtil,
  type ScopedVars,
  type TestDataSourceResponse,
} from '@grafana/data';
import { getTemplateSrv } from '@grafana/runtime';
import { defer, from, map, merge, type Observable, of, switchMap } from 'rxjs';
import { RequestFailure } from '../api/requestFailure';
import { t } from '../i18n';
import { type CollectorReads, collectorReads } from './collectorReads';
import { openChanges, readingTimes } from './liveChanges';
import { defaultQuery, isComplete, type ModelsQuery, questionOf, type SourceSettings } from './query';
import { readQuestion } from './read';
import { valuesOf } from './templateValues';
import { ModelsVariableSupport } from './variables';

/**
 * Models as a Plumbline collector reports them, for the dashboards of Grafana. It only reads. Every query of a panel is
 * answered by itself, so that one that fails does not spoil the others.
 */
export class ModelsDataSource extends DataSourceApi<ModelsQuery, SourceSettings> {
  readonly collector: CollectorReads;
  readonly #changes: Observable<string | null>;

  constructor(settings: DataSourceInstanceSettings<SourceSettings>) {
    super(settings);
    // The path of Grafana's proxy for this data source, never the collector's own address.
    const base = settings.url ?? '';
    this.collector = collectorReads(base);
    this.#changes = openChanges(base);
    this.variables = new ModelsVariableSupport(this);
    this.annotations = eventAnnotations;
  }

  override query(request: DataQueryRequest<ModelsQuery>): Observable<DataQueryResponse> {
    const targets = request.targets.filter((target) => target.hide !== true && this.filterQuery(target));
    return targets.length === 0
      ? of({ data: [], state: LoadingState.Done })
      : merge(...targets.map((target) => this.#answer(target, request)));
  }

  /** Whether Grafana should run the query: an unfinished one is left alone while somebody writes it. */
  override filterQuery(query: ModelsQuery): boolean {
    return isComplete(query);
  }

  override getDefaultQuery(): Partial<ModelsQuery> {
    return defaultQuery;
  }

  override getQueryDisplayText({ report, model, statistic }: ModelsQuery): string {
    return [report, model, statistic].filter(Boolean).join(' · ');
  }

  override interpolateVariablesInQueries(
    queries: ModelsQuery[],
    scopedVars: ScopedVars,
    _filters?: AdHocVariableFilter[],
  ): ModelsQuery[] {
    const replace = (text: string | undefined) =>
      text === undefined ? undefined : getTemplateSrv().replace(text, scopedVars);
    return queries.map((query) => ({
      ...query,
      model: replace(query.model),
      version: replace(query.version),
      segment: replace(query.segment),
      signal: replace(query.signal),
      statistic: replace(query.statistic),
      group: replace(query.group),
    }));
  }

  override async testDatasource(): Promise<TestDataSourceResponse> {
    try {
      const models = await this.collector.models();
      return {
        status: 'success',
        message: t('source.test.ok', 'The collector answers. Models: {{count}}', { count: models.length }),
      };
    } catch (thrown) {
      return { status: 'error', message: errorOf('', thrown).message ?? '' };
    }
  }

  #answer(target: ModelsQuery, request: DataQueryRequest<ModelsQuery>): Observable<DataQueryResponse> {
    const { refId } = target;
    const replace = (text: string) => valuesOf(text, request.scopedVars);
    const once = (settled: LoadingState) =>
      defer(() => {
        const question = questionOf(target, replace);
        // A range like "last six hours" moves on while a live query runs.
        const range =
          settled === LoadingState.Streaming ? rangeUtil.convertRawToRange(request.range.raw) : request.range;
        return from(readQuestion(this.collector, question, range));
      }).pipe(
        map(({ frames, failures }): DataQueryResponse => {
          const data = frames.map((frame) => ({ ...frame, refId }));
          return failures.length === 0
            ? { key: refId, data, state: settled }
            : { key: refId, data, state: LoadingState.Error, errors: failures.map((thrown) => errorOf(refId, thrown)) };
        }),
      );
    if (target.live !== true) {
      return once(LoadingState.Done);
    }
    const { models } = questionOf(target, replace);
    return readingTimes(this.#changes, models).pipe(switchMap(() => once(LoadingState.Streaming)));
  }
}

/** Promotions, rollbacks and alerts: Grafana makes annotations of the frame's fields by their names. */
const eventAnnotations: AnnotationSupport<ModelsQuery> = {
  getDefaultQuery: () => ({ report: 'events' }),
  prepareQuery: ({ target }) => (target === undefined ? undefined : { ...target, report: 'events' }),
};

function errorOf(refId: string, thrown: unknown): DataQueryError {
  if (thrown instanceof RequestFailure) {
    const { code, kind, message, status } = thrown;
    // The collector speaks for itself. Of one that is away Grafana says no more than "Bad Gateway".
    const isAway = kind === 'unreachable' && code.startsWith('HTTP_');
    const said = isAway ? `${t('state.unreachable', 'The collector cannot be reached')}: ${message}` : message;
    return { refId, message: `${said} (${code})`, status };
  }
  return { refId, message: thrown instanceof Error ? thrown.message : String(thrown) };
}
