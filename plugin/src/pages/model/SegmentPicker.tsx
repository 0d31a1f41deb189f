import { Combobox, InlineField } from '@grafana/ui';
import { healthLook } from '../../components/badges';
import { useModel } from '../../data/useModel';
import { formatSegment } from '../../format/name';
import { t } from '../../i18n';
import { useParameter } from './useReportQuery';

/** Of which slice of the traffic the report is: all of it unless the address says otherwise. */
export function SegmentPicker({ model }: { readonly model: string }) {
  const [segment, setSegment] = useParameter('segment');
  const { data } = useModel(model);
  const segments = data?.segments ?? [];
  if (segments.length === 0 && segment === null) {
    return null;
  }
  return (
    <InlineField
      label={t('segment-picker.label', 'Segment')}
      htmlFor="segment-picker"
      tooltip={t(
        'segment-picker.why',
        'A slice of the traffic that is watched by itself, against its own reference. "other" holds every value that is not declared.',
      )}
    >
      <Combobox
        id="segment-picker"
        width={28}
        isClearable
        placeholder={t('segment-picker.all', 'All traffic')}
        options={segments.map(({ segment: value, health }) => ({
          value,
          label: formatSegment(value),
          description: healthLook(health.overall).text,
        }))}
        value={segment}
        onChange={(option) => setSegment(option?.value ?? null)}
      />
    </InlineField>
  );
}
