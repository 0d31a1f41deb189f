import { PanelPlugin } from '@grafana/data';
import { initPluginTranslations } from '@grafana/i18n';
import { PLUGIN_ID } from '../../constants';
import { t } from '../../i18n';
import { DriftHeatMapPanel, type HeatMapOptions, usualMostSignals } from './DriftHeatMapPanel';

await initPluginTranslations(PLUGIN_ID);

export const plugin = new PanelPlugin<HeatMapOptions>(DriftHeatMapPanel).setPanelOptions((builder) =>
  builder.addNumberInput({
    path: 'mostSignals',
    name: t('panel.heat.most', 'Signals'),
    description: t('panel.heat.most-why', 'The most that are drawn, those that moved most first'),
    defaultValue: usualMostSignals,
    settings: { min: 1, integer: true },
  }),
);
