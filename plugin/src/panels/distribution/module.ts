import { PanelPlugin } from '@grafana/data';
import { initPluginTranslations } from '@grafana/i18n';
import { PLUGIN_ID } from '../../constants';
import { DistributionPanel } from './DistributionPanel';

await initPluginTranslations(PLUGIN_ID);

export const plugin = new PanelPlugin(DistributionPanel);
