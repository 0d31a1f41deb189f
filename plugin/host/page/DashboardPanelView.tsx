import {
  type AppPlugin,
  type DataQuery,
  dateTime,
  EventBusSrv,
  LoadingState,
  type PanelData,
  type PanelPlugin,
  type RawTimeRange,
} from '@grafana/data';
import { getTemplateSrv } from '@grafana/runtime';
import { Menu, PanelChrome } from '@grafana/ui';
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import { FrameTable } from './FrameTable';
import { type LoadedDataSource, loadPanel } from './nestedPlugins';
import { runQueries } from './panelQuery';

export interface DashboardPanel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly datasource?: { readonly type?: string };
  readonly targets?: readonly DataQuery[];
  readonly options?: object;
  readonly fieldConfig?: object;
}

interface DashboardPanelViewProps {
  readonly app: AppPlugin<object>;
  readonly panel: DashboardPanel;
  readonly source: LoadedDataSource;
  readonly range: RawTimeRange;
  /** Changes when a variable does: then the panel asks again. */
  readonly variables: string;
  readonly isEdited: boolean;
}

const nothing: PanelData = {
  state: LoadingState.NotStarted,
  series: [],
  timeRange: { from: dateTime(), to: dateTime(), raw: { from: 'now', to: 'now' } },
};
const eventBus = new EventBusSrv();

/** One panel: its queries, its plugin, and the menu with the links that apps add. */
export function DashboardPanelView({ app, panel, source, range, variables, isEdited }: DashboardPanelViewProps) {
  const [element, size] = useSize();
  const [edited, setEdited] = useState(panel.targets ?? []);
  const [data, setData] = useState(nothing);
  const plugin = usePanel(panel.type);
  const { instance } = source;
  const targets = edited.filter(({ datasource }) => (datasource ?? panel.datasource)?.type === instance.type);

  // biome-ignore lint/correctness/useExhaustiveDependencies: variables are read by the queries
  useEffect(() => {
    const subscription = runQueries(instance, targets, range, panel.fieldConfig).subscribe(setData);
    return () => subscription.unsubscribe();
  }, [instance, edited, range, variables]);

  const { x, y, w, h } = panel.gridPos;
  const problems = (data.errors ?? []).map(({ refId, message }) => `${refId}: ${message}`).join('\n');
  return (
    <div ref={element} style={{ gridColumn: `${x + 1} / span ${w}`, gridRow: `${y + 1} / span ${h}`, minWidth: 0 }}>
      {size !== null && (
        <PanelChrome
          title={getTemplateSrv().replace(panel.title)}
          width={size.width}
          height={size.height}
          loadingState={data.state}
          statusMessage={problems === '' ? undefined : problems}
          menu={() => <PanelMenu app={app} panel={panel} targets={edited} data={data} />}
        >
          {(width, height) => (
            <>
              {isEdited && <Editor source={source} targets={targets} data={data} onChange={setEdited} />}
              {problems !== '' && <div role="alert">{problems}</div>}
              {plugin?.panel ? (
                <plugin.panel
                  id={panel.id}
                  data={data}
                  timeRange={data.timeRange}
                  timeZone="browser"
                  options={panel.options ?? {}}
                  transparent={false}
                  width={width}
                  height={height}
                  fieldConfig={{ defaults: {}, overrides: [] }}
                  renderCounter={0}
                  title={panel.title}
                  eventBus={eventBus}
                  onOptionsChange={() => {}}
                  onFieldConfigChange={() => {}}
                  replaceVariables={(text) => text}
                  onChangeTimeRange={() => {}}
                />
              ) : targets.length === 0 && edited.length > 0 ? (
                <p>Drawn in Grafana only</p>
              ) : (
                <FrameTable frames={data.series} />
              )}
            </>
          )}
        </PanelChrome>
      )}
    </div>
  );
}

interface EditorProps {
  readonly source: LoadedDataSource;
  readonly targets: readonly DataQuery[];
  readonly data: PanelData;
  readonly onChange: (targets: readonly DataQuery[]) => void;
}

/** What Grafana shows when a panel is edited: the query editor of the data source, one a query. */
function Editor({ source: { plugin, instance }, targets, data, onChange }: EditorProps) {
  const { QueryEditor } = plugin.components;
  return (
    QueryEditor &&
    targets.map((target) => (
      <QueryEditor
        key={target.refId}
        datasource={instance}
        query={target}
        data={data}
        onRunQuery={() => {}}
        onChange={(changed) => onChange(targets.map((other) => (other.refId === changed.refId ? changed : other)))}
      />
    ))
  );
}

interface PanelMenuProps {
  readonly app: AppPlugin<object>;
  readonly panel: DashboardPanel;
  readonly targets: readonly DataQuery[];
  readonly data: PanelData;
}

function PanelMenu({ app, panel: { id, type, title }, targets, data }: PanelMenuProps) {
  const context = { pluginId: type, id, title, targets, data, timeRange: data.timeRange.raw, timeZone: 'browser' };
  return (
    <Menu>
      {app.addedLinkConfigs
        .filter((link) => [link.targets].flat().includes('grafana/dashboard/panel/menu'))
        .flatMap((link) => {
          const configured = link.configure === undefined ? {} : link.configure(context);
          // A link that is not configured is not shown.
          return configured === undefined ? [] : [{ ...link, ...configured }];
        })
        .map((link) => (
          <Menu.Item key={link.title} label={link.title} url={link.path} />
        ))}
    </Menu>
  );
}

function usePanel(type: string): PanelPlugin | null {
  const [plugin, setPlugin] = useState<PanelPlugin | null>(null);
  useEffect(() => {
    loadPanel(type)?.then((loaded) => setPlugin(() => loaded));
  }, [type]);
  return plugin;
}

function useSize() {
  const element = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState<{ readonly width: number; readonly height: number } | null>(null);
  useLayoutEffect(() => {
    const observer = new ResizeObserver(([entry]) => entry && setSize(entry.contentRect));
    if (element.current !== null) {
      observer.observe(element.current);
    }
    return () => observer.disconnect();
  }, []);
  return [element, size] as const;
}
