import type { PanelProps } from '@grafana/data';
import { locationService } from '@grafana/runtime';
import { HeatLegend } from '../../components/chart/HeatLegend';
import { HeatMap } from '../../components/chart/HeatMap';
import { t } from '../../i18n';
import { modelPath } from '../../routing';
import { PanelBody } from '../PanelBody';
import { PanelMessage } from '../PanelMessage';
import { heatMapOf } from './heatMapOf';

export interface HeatMapOptions {
  /** The most signals that are drawn, those that moved most first. */
  readonly mostSignals?: number;
}

export const usualMostSignals = 30;

/** Signals over time. A click on one leads to it in the app. */
export function DriftHeatMapPanel({ data, width, height, options }: PanelProps<HeatMapOptions>) {
  const map = heatMapOf(data.series);
  if (map === null) {
    return (
      <PanelMessage
        text={t(
          'panel.heat.nothing',
          'No evidence to draw. Choose a time range in which windows lie; the panel draws the report "Drift over time" with the statistic "Evidence level".',
        )}
      />
    );
  }
  if (map.windows.length === 0) {
    return <PanelMessage text={t('panel.heat.empty', 'No window of this model lies in the time range.')} />;
  }
  const shown = map.rows.slice(0, options.mostSignals ?? usualMostSignals);
  const left = map.rows.length - shown.length;
  return (
    <PanelBody width={width} height={height}>
      <HeatMap
        label={t('panel.heat.label', 'Evidence of drift by signal and window')}
        windows={map.windows}
        rows={shown}
        onChoose={(id) => open(data.series, id)}
      />
      <HeatLegend />
      {left > 0 && <div>{t('panel.heat.left', 'Signals that are not drawn: {{left}}', { left })}</div>}
    </PanelBody>
  );
}

function open(series: PanelProps['data']['series'], id: string): void {
  for (const { labels, name } of series.flatMap(({ fields }) => fields)) {
    const { model, version, signal } = labels ?? {};
    if (model !== undefined && version !== undefined && signal !== undefined && `${model} ${version} ${name}` === id) {
      locationService.push(modelPath(model, 'drift', { signal, version }));
      return;
    }
  }
}
