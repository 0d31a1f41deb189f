import { dateTime, rangeUtil, type TimeRange } from '@grafana/data';
import { InlineField, Stack, TimeRangeInput } from '@grafana/ui';
import type { ReactNode } from 'react';
import { useSearchParams } from 'react-router-dom';
import { t } from '../../i18n';
import { SegmentPicker } from './SegmentPicker';
import { timeOf } from './useReportQuery';
import { VersionPicker } from './VersionPicker';

/** Of which version and over which time the report below is. Everything chosen stands in the address. */
export function ReportToolbar({
  model,
  isSegmented = true,
  children,
}: {
  readonly model: string;
  /** Whether the report can be of a segment. */
  readonly isSegmented?: boolean;
  readonly children?: ReactNode;
}) {
  const [params, setParams] = useSearchParams();

  function change({ raw }: TimeRange): void {
    setParams(
      (previous) => {
        const changed = new URLSearchParams(previous);
        for (const [name, value] of Object.entries({ from: textOf(raw.from), to: textOf(raw.to) })) {
          if (value === null) {
            changed.delete(name);
          } else {
            changed.set(name, value);
          }
        }
        return changed;
      },
      { replace: true },
    );
  }

  return (
    <Stack direction="row" gap={2} wrap="wrap">
      <VersionPicker model={model} />
      {isSegmented && <SegmentPicker model={model} />}
      <InlineField
        label={t('toolbar.time', 'Event time')}
        tooltip={t(
          'toolbar.time-why',
          'When the inferences happened. Without a range: the latest windows that have traffic.',
        )}
      >
        <TimeRangeInput
          clearable
          hideTimeZone
          placeholder={t('toolbar.latest', 'Latest windows')}
          value={rangeOf(params.get('from'), params.get('to'))}
          onChange={change}
        />
      </InlineField>
      {children}
    </Stack>
  );
}

/** What the picker shows: nothing for an address without a range. */
function rangeOf(from: string | null, to: string | null): TimeRange {
  if (from === null || to === null || timeOf(from, false) === null || timeOf(to, true) === null) {
    const none = dateTime(null);
    return { from: none, to: none, raw: { from: none, to: none } };
  }
  return rangeUtil.convertRawToRange({ from: rawOf(from), to: rawOf(to) });
}

function rawOf(text: string) {
  return /^-?\d+$/.test(text) ? dateTime(Number(text)) : text;
}

/** Relative times as they are, others in milliseconds; null for a range that was cleared. */
function textOf(raw: TimeRange['raw']['from']): string | null {
  if (typeof raw === 'string') {
    return raw;
  }
  return raw.isValid() ? String(raw.valueOf()) : null;
}
