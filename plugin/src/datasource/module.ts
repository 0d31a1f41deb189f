import { DataSourcePlugin } from '@grafana/data';
import { initPluginTranslations } from '@grafana/i18n';
import { PLUGIN_ID } from '../constants';
import { ConfigEditor } from './ConfigEditor';
import { ModelsDataSource } from './DataSource';
import { QueryEditor } from './QueryEditor';
import type { ModelsQuery, SourceSecrets, SourceSettings } from './query';

await initPluginTranslations(PLUGIN_ID);

export const plugin = new DataSourcePlugin<ModelsDataSource, ModelsQuery, SourceSettings, SourceSecrets>(
  ModelsDataSource,
)
  .setConfigEditor(ConfigEditor)
  .setQueryEditor(QueryEditor);
