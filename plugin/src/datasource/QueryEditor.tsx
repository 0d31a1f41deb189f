import type { QueryEditorProps } from '@grafana/data';
import { Combobox, InlineField, InlineSwitch, Stack } from '@grafana/ui';
import { useId } from 'react';
import { formatSignal } from '../format/name';
import { statisticName } from '../format/statistic';
import { t } from '../i18n';
import type { ModelsDataSource } from './DataSource';
import { driftStatistics } from './frames/driftFrame';
import { fairnessStatistics } from './frames/fairnessFrame';
import { performanceStatistics } from './frames/performanceFrame';
import { defaultStatistic, type Listing, type ModelsQuery, type Report, reports, type SourceSettings } from './query';
import { SourcePicker } from './SourcePicker';
import { valuesOf } from './templateValues';
import { choicesOf } from './variables';

type Props = QueryEditorProps<ModelsDataSource, ModelsQuery, SourceSettings>;

/** What to read, of which model, version, signal and group. Lists are what the collector knows of the chosen model. */
export function QueryEditor({ datasource, query, onChange, onRunQuery }: Props) {
  const id = useId();
  const { report = 'drift', model = '' } = query;
  const shown = fieldsOf[report];
  const modelName = valuesOf(model)[0] ?? '';
  function change(changes: Partial<ModelsQuery>): void {
    onChange({ ...query, report, ...changes });
    onRunQuery();
  }
  const list = (what: Listing) => async () =>
    (await choicesOf(datasource, { refId: '', list: what, model: modelName })).map(({ text, value }) => ({
      value,
      ...(text === value ? {} : { label: text }),
    }));

  return (
    <Stack direction="row" wrap="wrap" gap={0.5}>
      <InlineField label={t('source.report', 'Report')} labelWidth={14} htmlFor={`${id}-report`}>
        <Combobox
          id={`${id}-report`}
          width={30}
          options={reports.map((value) => ({ value, label: reportName(value) }))}
          value={report}
          // Another report has other statistics.
          onChange={({ value }) => change({ report: value, statistic: defaultStatistic[value] })}
        />
      </InlineField>
      <SourcePicker
        label={t('source.model', 'Model')}
        placeholder={report === 'models' ? t('source.all-models', 'All models') : undefined}
        value={query.model}
        load={list('models')}
        onChange={(value) => change({ model: value })}
      />
      {shown.includes('version') && (
        <SourcePicker
          label={t('source.version', 'Version')}
          placeholder={t('source.champion', 'Champion')}
          value={query.version}
          load={list('versions')}
          onChange={(value) => change({ version: value })}
        />
      )}
      {shown.includes('segment') && (
        <SourcePicker
          label={t('source.segment', 'Segment')}
          placeholder={t('source.all-traffic', 'All traffic')}
          value={query.segment}
          load={list('segments')}
          onChange={(value) => change({ segment: value })}
        />
      )}
      {shown.includes('signal') && (
        <SourcePicker
          label={t('source.signal', 'Signal')}
          placeholder={report === 'drift' ? t('source.all-signals', 'All signals') : undefined}
          value={query.signal}
          format={formatSignal}
          load={list('signals')}
          onChange={(value) => change({ signal: value })}
        />
      )}
      {shown.includes('statistic') && (
        <SourcePicker
          label={t('source.statistic', 'Statistic')}
          placeholder={t('source.first-statistic', 'The first of the model')}
          value={query.statistic ?? defaultStatistic[report]}
          format={statisticName}
          load={async () => (await statisticsOf(datasource, report, modelName)).map(statisticOption)}
          onChange={(value) => change({ statistic: value })}
          isClearable={report !== 'drift'}
        />
      )}
      {shown.includes('group') && (
        <SourcePicker
          label={t('source.group', 'Group')}
          tooltip={t('source.group.tooltip', 'An attribute, or one of its groups as attribute=group')}
          placeholder={t('source.all-groups', 'All groups')}
          value={query.group}
          load={list('groups')}
          onChange={(value) => change({ group: value })}
        />
      )}
      <InlineField
        label={t('source.live', 'Live')}
        tooltip={t('source.live.tooltip', 'Reads again whenever the collector says that something changed')}
        labelWidth={14}
        htmlFor={`${id}-live`}
      >
        <InlineSwitch
          id={`${id}-live`}
          value={query.live ?? false}
          onChange={({ currentTarget }) => change({ live: currentTarget.checked })}
        />
      </InlineField>
    </Stack>
  );
}

type FieldName = 'version' | 'segment' | 'signal' | 'statistic' | 'group';

/** What narrows each report, beside the model. */
const fieldsOf: Readonly<Record<Report, readonly FieldName[]>> = {
  models: [],
  drift: ['version', 'segment', 'signal', 'statistic'],
  distribution: ['version', 'segment', 'signal'],
  performance: ['version', 'segment', 'statistic'],
  fairness: ['version', 'segment', 'statistic', 'group'],
  events: [],
};

function reportName(report: Report): string {
  switch (report) {
    case 'models':
      return t('source.report.models', 'Models');
    case 'drift':
      return t('source.report.drift', 'Drift over time');
    case 'distribution':
      return t('source.report.distribution', 'Distribution of a signal');
    case 'performance':
      return t('source.report.performance', 'Performance over time');
    case 'fairness':
      return t('source.report.fairness', 'Fairness by group');
    case 'events':
      return t('source.report.events', 'Events');
  }
}

async function statisticsOf(
  { collector }: ModelsDataSource,
  report: Report,
  model: string,
): Promise<readonly string[]> {
  switch (report) {
    case 'drift':
      return driftStatistics;
    case 'performance':
      return performanceStatistics(await collector.performance(model, {}));
    case 'fairness':
      return fairnessStatistics(await collector.fairness(model, {}));
    default:
      return [];
  }
}

function statisticOption(value: string) {
  return { value, label: statisticName(value) };
}
