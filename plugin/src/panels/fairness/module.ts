import { PanelPlugin } from '@grafana/data';
import { initPluginTranslations } from '@grafana/i18n';
import { PLUGIN_ID } from '../../constants';
import { FairnessPanel } from './FairnessPanel';

await initPluginTranslations(PLUGIN_ID);

export const plugin = new PanelPlugin(FairnessPanel);
