import { type DataLink, type FieldConfig, type FieldDTO, FieldType, type Labels, ThresholdsMode } from '@grafana/data';
import { statisticName, unitOf } from '../../format/statistic';
import { t } from '../../i18n';
import { type ModelTab, modelPath } from '../../routing';

/** What a report is about beside its model: labels of its series, and the way to it in the app. */
export function narrowingOf({ version, segment }: { readonly version: string; readonly segment?: string | undefined }) {
  return { version, ...(segment === undefined ? {} : { segment }) };
}

/** Texts of one column. */
export function textField(name: string, values: readonly (string | null)[], config: FieldConfig = {}): FieldDTO {
  return { name, type: FieldType.string, values: [...values], config };
}

/** Numbers of one column; `null` is an empty cell, never 0. */
export function numberField(name: string, values: readonly (number | null)[], config: FieldConfig = {}): FieldDTO {
  return { name, type: FieldType.number, values: [...values], config };
}

/** Starts of windows, milliseconds since 1970 UTC. `stepMs` tells a chart where a window ends and where one is missing. */
export function windowField(windows: readonly { readonly from: number; readonly to: number }[]): FieldDTO {
  const [first] = windows;
  return {
    name: 'time',
    type: FieldType.time,
    values: windows.map(({ from }) => from),
    config: {
      displayName: t('source.field.time', 'Time'),
      ...(first === undefined ? {} : { interval: first.to - first.from }),
    },
  };
}

/** A series over windows, told apart from others of its frame by labels. */
export function seriesField(
  name: string,
  values: readonly (number | null)[],
  labels: Labels,
  config: FieldConfig,
): FieldDTO {
  return { name, type: FieldType.number, values: [...values], labels, config };
}

/** How a statistic is shown without anybody overriding it: name, unit, limits. */
export function statisticConfig(name: string): FieldConfig {
  if (name === 'evidenceLevel') {
    return {
      description: t('source.evidence.description', 'Accumulated evidence as a part of the alarm level'),
      unit: 'percentunit',
      min: 0,
      thresholds: steps([0.5, 'orange'], [1, 'red']),
    };
  }
  const config: FieldConfig = {
    displayName: statisticName(name),
    unit: unitOf(name) === 'number' ? 'none' : 'percentunit',
  };
  switch (name) {
    case 'populationStabilityIndex':
      // Customary limits of credit scoring; a reading aid, no alarm comes from them.
      return { ...config, min: 0, decimals: 3, thresholds: steps([0.1, 'orange'], [0.25, 'red']) };
    case 'disparateImpactRatio':
      // The four-fifths rule (EEOC, 1978).
      return {
        ...config,
        decimals: 2,
        thresholds: {
          mode: ThresholdsMode.Absolute,
          steps: [
            { value: Number.NEGATIVE_INFINITY, color: 'red' },
            { value: 0.8, color: 'green' },
          ],
        },
      };
    default:
      return config;
  }
}

/** Green below the first limit. */
function steps(...limits: readonly (readonly [value: number, color: string])[]) {
  return {
    mode: ThresholdsMode.Absolute,
    steps: [{ value: Number.NEGATIVE_INFINITY, color: 'green' }, ...limits.map(([value, color]) => ({ value, color }))],
  };
}

/** A link from a value to the page of the app that explains it. */
export function appLink(model: string, tab: ModelTab, query: Readonly<Record<string, string>> = {}): DataLink {
  return { title: t('source.link', 'Open {{model}} in Plumbline', { model }), url: modelPath(model, tab, query) };
}
