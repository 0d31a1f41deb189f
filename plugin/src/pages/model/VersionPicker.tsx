import { Combobox, InlineField } from '@grafana/ui';
import { useVersions } from '../../data/useVersions';
import { t } from '../../i18n';
import { useParameter } from './useReportQuery';

/** Which version's report is shown: the champion, before any the version seen last, unless the address says otherwise. */
export function VersionPicker({ model }: { readonly model: string }) {
  const [version, setVersion] = useParameter('version');
  const { data } = useVersions(model);
  const options = (data?.versions ?? []).map(({ version: value, state }) => ({
    value,
    label: value,
    description: state,
  }));
  return (
    <InlineField label={t('version-picker.label', 'Version')} htmlFor="version-picker">
      <Combobox
        id="version-picker"
        width={24}
        isClearable
        placeholder={
          data !== undefined && data.routing?.champion == null
            ? t('version-picker.seen-last', 'Seen last')
            : t('version-picker.champion', 'Champion')
        }
        options={options}
        value={version}
        onChange={(option) => setVersion(option?.value ?? null)}
      />
    </InlineField>
  );
}
