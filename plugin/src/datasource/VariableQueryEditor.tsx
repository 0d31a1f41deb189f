import type { QueryEditorProps } from '@grafana/data';
import { Combobox, InlineField, Stack } from '@grafana/ui';
import { useId } from 'react';
import { t } from '../i18n';
import type { ModelsDataSource } from './DataSource';
import { type Listing, listings, type ModelsQuery, type SourceSettings, type VariableQuery } from './query';
import { SourcePicker } from './SourcePicker';
import { choicesOf } from './variables';

type Props = QueryEditorProps<ModelsDataSource, ModelsQuery, SourceSettings, VariableQuery>;

/** What a dashboard variable lists. */
export function VariableQueryEditor({ datasource, query, onChange }: Props) {
  const id = useId();
  const { list = 'models', model } = query;
  return (
    <Stack direction="row" wrap="wrap" gap={0.5}>
      <InlineField label={t('source.variable.list', 'List')} labelWidth={14} htmlFor={id}>
        <Combobox
          id={id}
          width={30}
          options={listings.map((value) => ({ value, label: listingName(value) }))}
          value={list}
          onChange={({ value }) => onChange({ ...query, list: value })}
        />
      </InlineField>
      {list !== 'models' && (
        <SourcePicker
          label={t('source.variable.model', 'Of model')}
          value={model}
          load={() => choicesOf(datasource, { refId: '', list: 'models' })}
          onChange={(value) => onChange({ ...query, list, model: value })}
        />
      )}
    </Stack>
  );
}

function listingName(list: Listing): string {
  switch (list) {
    case 'models':
      return t('source.variable.models', 'Models');
    case 'versions':
      return t('source.variable.versions', 'Versions');
    case 'segments':
      return t('source.variable.segments', 'Segments');
    case 'signals':
      return t('source.variable.signals', 'Signals');
    case 'groups':
      return t('source.variable.groups', 'Groups');
  }
}
