import { dateTime, type RawTimeRange, rangeUtil } from '@grafana/data';
import { locationService } from '@grafana/runtime';
import { TimeRangePicker } from '@grafana/ui';

/** The time range of a dashboard, kept in the address as Grafana keeps it: `from` and `to`. */
export function DashboardTimePicker({ range }: { readonly range: RawTimeRange }) {
  const value = rangeUtil.convertRawToRange(range);
  const [fromMs, toMs] = [value.from.valueOf(), value.to.valueOf()];
  const halfMs = Math.round((toMs - fromMs) / 2);
  const show = (from: RawTimeRange['from'] | number, to: RawTimeRange['to'] | number) =>
    locationService.partial({ from: inAddress(from), to: inAddress(to) });
  return (
    <TimeRangePicker
      value={value}
      onChange={({ raw }) => show(raw.from, raw.to)}
      onChangeTimeZone={() => {}}
      onMoveBackward={() => show(fromMs - halfMs, toMs - halfMs)}
      onMoveForward={() => show(fromMs + halfMs, toMs + halfMs)}
      onZoom={() => show(fromMs - halfMs, toMs + halfMs)}
    />
  );
}

/** `now-6h` and ISO 8601 as they are; a number is a moment in milliseconds since 1970-01-01 UTC. */
export function endFromAddress(text: string): RawTimeRange['from'] {
  return /^\d+$/.test(text) ? dateTime(Number(text)) : text;
}

function inAddress(end: RawTimeRange['from'] | number): string {
  return typeof end === 'string' ? end : String(end.valueOf());
}
