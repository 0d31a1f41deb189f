import { dateMath } from '@grafana/data';
import { useSearchParams } from 'react-router-dom';
import type { ReportQuery } from '../../api/client';
import { useParameter as useAnyParameter } from '../../useParameter';

/** Parameters of a model's page that stand in the address. */
type Parameter =
  | 'version'
  | 'segment'
  | 'reason'
  | 'signal'
  | 'attribute'
  | 'rate'
  | 'statistic'
  | 'group'
  | 'class'
  | 'compare';

/** A relative time moves on; one that moved with every millisecond would be read anew with every drawing. */
const stepMs = 60_000;

/**
 * The narrowing of a report in the address: `?version=7&segment=channel%3Dweb&from=now-6h&to=now`, times as Grafana writes them (relative, or
 * milliseconds). Absent: the champion, its latest windows.
 */
export function useReportQuery(): ReportQuery {
  const [params] = useSearchParams();
  const version = params.get('version');
  const segment = params.get('segment');
  const from = timeOf(params.get('from'), false);
  const to = timeOf(params.get('to'), true);
  const isRange = from !== null && to !== null && from < to;
  return {
    ...(version === null ? {} : { version }),
    ...(segment === null ? {} : { segment }),
    ...(isRange ? { from, to } : {}),
  };
}

/** One parameter of the address, and how to change it without losing the others. */
export function useParameter(name: Parameter): [string | null, (value: string | null) => void] {
  return useAnyParameter(name);
}

/** Milliseconds since 1970-01-01 UTC; null for what is no time. */
export function timeOf(text: string | null, roundUp: boolean): number | null {
  if (text === null || text === '') {
    return null;
  }
  if (/^-?\d{1,15}$/.test(text)) {
    return Number(text);
  }
  const parsed = dateMath.toDateTime(text, { roundUp });
  return parsed?.isValid() ? Math.floor(parsed.valueOf() / stepMs) * stepMs : null;
}
