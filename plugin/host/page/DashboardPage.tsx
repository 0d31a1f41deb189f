import { css } from '@emotion/css';
import type { AppPlugin, DataQuery, GrafanaTheme2, RawTimeRange } from '@grafana/data';
import { locationService } from '@grafana/runtime';
import { Alert, Stack, useStyles2 } from '@grafana/ui';
import { useEffect, useMemo, useState } from 'react';
import { type DashboardPanel, DashboardPanelView } from './DashboardPanelView';
import { DashboardTimePicker, endFromAddress } from './DashboardTimePicker';
import { HostPluginPage } from './HostPluginPage';
import { type LoadedDataSource, loadDataSource } from './nestedPlugins';
import { runQueries } from './panelQuery';
import { forgetVariables, setVariable } from './templateService';

interface Variable {
  readonly name: string;
  readonly type: string;
  readonly query?: unknown;
  readonly datasource?: { readonly type?: string };
}

/** As much of Grafana's classic dashboard model as the page shows. */
interface Dashboard {
  readonly title: string;
  readonly time?: { readonly from: string; readonly to: string };
  readonly panels: readonly DashboardPanel[];
  readonly templating?: { readonly list: readonly Variable[] };
  readonly annotations?: {
    readonly list: readonly { readonly name: string; readonly datasource?: unknown; readonly target?: DataQuery }[];
  };
}

interface DashboardPageProps {
  readonly app: AppPlugin<object>;
  readonly uid: string;
  readonly search: string;
}

/** Stands in for a dashboard: `/d/<uid>?var-model=credit-risk&from=now-6h&to=now`, `&editPanel=2` with a query editor. */
export function DashboardPage({ app, uid, search }: DashboardPageProps) {
  const [loaded, setLoaded] = useState<{ readonly dashboard: Dashboard; readonly source: LoadedDataSource } | string>();
  useEffect(() => {
    let isCurrent = true;
    load(uid).then(
      (found) => isCurrent && setLoaded(found),
      (error: unknown) => isCurrent && setLoaded(error instanceof Error ? error.message : String(error)),
    );
    return () => {
      isCurrent = false;
    };
  }, [uid]);
  if (loaded === undefined) {
    return null;
  }
  return typeof loaded === 'string' ? (
    <HostPluginPage pageNav={{ text: 'Dashboard' }}>{loaded}</HostPluginPage>
  ) : (
    <DashboardView app={app} search={search} {...loaded} />
  );
}

async function load(uid: string) {
  const [answer, source] = await Promise.all([
    fetch(`/api/dashboards/uid/${encodeURIComponent(uid)}`),
    loadDataSource(),
  ]);
  const body = (await answer.json()) as { dashboard?: Dashboard; message?: string };
  if (body.dashboard === undefined) {
    throw new Error(body.message ?? `HTTP ${answer.status}`);
  }
  return { dashboard: body.dashboard, source };
}

interface DashboardViewProps {
  readonly app: AppPlugin<object>;
  readonly search: string;
  readonly dashboard: Dashboard;
  readonly source: LoadedDataSource;
}

function DashboardView({ app, search, dashboard, source }: DashboardViewProps) {
  const styles = useStyles2(getStyles);
  const params = useMemo(() => new URLSearchParams(search), [search]);
  const range: RawTimeRange = useMemo(
    () => ({
      from: endFromAddress(params.get('from') ?? dashboard.time?.from ?? 'now-6h'),
      to: endFromAddress(params.get('to') ?? dashboard.time?.to ?? 'now'),
    }),
    [params, dashboard],
  );
  const variables = (dashboard.templating?.list ?? []).filter(
    ({ type, datasource }) => type === 'query' && isOurs(datasource),
  );
  const choices = useChoices(variables, source, range, params);
  const chosen = variables.map(({ name }) => {
    const given = params.getAll(`var-${name}`);
    const value = given.length > 1 ? given : (given[0] ?? choices[name]?.[0] ?? '');
    setVariable(name, value);
    return [name, value] as const;
  });
  useEffect(() => forgetVariables, []);
  const areVariablesKnown = chosen.every(([name]) => params.has(`var-${name}`) || choices[name] !== undefined);

  return (
    <HostPluginPage
      pageNav={{ text: dashboard.title }}
      actions={
        <>
          {chosen.map(([name, value]) => (
            <label key={name}>
              {name}{' '}
              <select
                className={styles.choice}
                value={typeof value === 'string' ? value : value[0]}
                onChange={({ currentTarget }) => locationService.partial({ [`var-${name}`]: currentTarget.value })}
              >
                {[...new Set([...(choices[name] ?? []), ...[value].flat()])].map((choice) => (
                  <option key={choice}>{choice}</option>
                ))}
              </select>
            </label>
          ))}
          <DashboardTimePicker range={range} />
        </>
      }
    >
      {areVariablesKnown && (
        <Stack direction="column" gap={2}>
          <Annotations dashboard={dashboard} source={source} range={range} variables={JSON.stringify(chosen)} />
          <OtherSources panels={dashboard.panels} />
          <div className={styles.panels}>
            {dashboard.panels.map((panel) => (
              <DashboardPanelView
                key={panel.id}
                app={app}
                panel={panel}
                source={source}
                range={range}
                variables={JSON.stringify(chosen)}
                isEdited={params.get('editPanel') === String(panel.id)}
              />
            ))}
          </div>
        </Stack>
      )}
    </HostPluginPage>
  );
}

/** What each variable can be, asked one after the other, because one may need another. */
function useChoices(
  variables: readonly Variable[],
  { instance }: LoadedDataSource,
  range: RawTimeRange,
  params: URLSearchParams,
) {
  const [choices, setChoices] = useState<Readonly<Record<string, readonly string[]>>>({});
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked once a dashboard
  useEffect(() => {
    const support = instance.variables as unknown as { query: (typeof instance)['query'] } | undefined;
    async function ask(): Promise<void> {
      for (const { name, query } of variables) {
        // By itself, as parts of Grafana do.
        const answer = runQueries({ query: support?.query } as never, [query as DataQuery], range);
        await answer.forEach(({ series, state }) => {
          if (state !== 'Loading') {
            const values = series[0]?.fields.find((field) => field.name === 'value')?.values ?? [];
            if (!params.has(`var-${name}`)) {
              setVariable(name, values[0] ?? '');
            }
            setChoices((known) => ({ ...known, [name]: values }));
          }
        });
      }
    }
    void ask();
  }, [instance]);
  return choices;
}

interface AnnotationsProps {
  readonly dashboard: Dashboard;
  readonly source: LoadedDataSource;
  readonly range: RawTimeRange;
  readonly variables: string;
}

/** Says once why panels are empty here. */
function OtherSources({ panels }: Pick<Dashboard, 'panels'>) {
  const others = panels.flatMap(({ datasource }) => (isOurs(datasource) ? [] : (datasource?.type ?? [])));
  return others.length === 0 ? null : (
    <Alert
      severity="info"
      bottomSpacing={0}
      title={`${others.length} of ${panels.length} panels ask ${[...new Set(others)].join(', ')}, which is not here`}
    >
      Only panels over Plumbline models are drawn here. The Grafana of docker-compose.yml draws all of them.
    </Alert>
  );
}

/** Grafana draws them into charts; here they are a list. */
function Annotations({ dashboard, source: { instance }, range, variables }: AnnotationsProps) {
  const styles = useStyles2(getStyles);
  const [events, setEvents] = useState<readonly string[]>([]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: variables are read by the queries
  useEffect(() => {
    const targets = (dashboard.annotations?.list ?? []).flatMap(({ name, target, datasource }) => {
      const query = instance.annotations?.prepareQuery?.({ name, enable: true, iconColor: 'red', target } as never);
      return target !== undefined && isOurs(datasource) && query !== undefined ? [{ ...query, refId: name }] : [];
    });
    if (targets.length === 0) {
      return;
    }
    const subscription = runQueries(instance, targets, range).subscribe(({ series }) =>
      setEvents(
        series.flatMap(({ fields, length }) =>
          Array.from({ length }, (_, row) =>
            ['title', 'text'].map((name) => fields.find((field) => field.name === name)?.values[row]).join(': '),
          ),
        ),
      ),
    );
    return () => subscription.unsubscribe();
  }, [dashboard, instance, range, variables]);
  return events.length === 0 ? null : (
    <ul aria-label="Annotations" className={styles.annotations}>
      {events.map((event) => (
        <li key={event}>{event}</li>
      ))}
    </ul>
  );
}

function isOurs(datasource: unknown): boolean {
  return (datasource as { type?: unknown } | null | undefined)?.type === 'plumbline-models-datasource';
}

const getStyles = (theme: GrafanaTheme2) => ({
  choice: css({
    height: theme.spacing(4),
    padding: theme.spacing(0, 1),
    color: theme.colors.text.primary,
    background: theme.components.input.background,
    border: `1px solid ${theme.components.input.borderColor}`,
    borderRadius: theme.shape.radius.default,
  }),
  annotations: css({ maxHeight: theme.spacing(20), margin: theme.spacing(0, 0, 2, 2.5), overflowY: 'auto' }),
  panels: css({
    display: 'grid',
    gridTemplateColumns: 'repeat(24, minmax(0, 1fr))',
    gridAutoRows: 30,
    gap: theme.spacing(1),
  }),
});
