import type { AppPlugin } from '@grafana/data';
import { HostPluginPage } from './HostPluginPage';

interface HostConfigurationPageProps {
  readonly plugin: AppPlugin<object>;
  readonly search: string;
}

/** Stands in for Grafana's page about a plugin: of its tabs, those that the plugin brings. `?page=` chooses one. */
export function HostConfigurationPage({ plugin, search }: HostConfigurationPageProps) {
  const query = Object.fromEntries(new URLSearchParams(search));
  const pages = plugin.configPages ?? [];
  const shown = pages.find(({ id }) => id === query.page) ?? pages[0];
  const { id: pluginId, name } = plugin.meta;
  return (
    <HostPluginPage
      pageNav={{
        text: name,
        children: pages.map(({ id, title, icon }) => ({
          text: title,
          url: `/plugins/${pluginId}?page=${id}`,
          active: id === shown?.id,
          ...(icon === undefined ? {} : { icon }),
        })),
      }}
    >
      {shown && <shown.body plugin={plugin} query={query} />}
    </HostPluginPage>
  );
}
