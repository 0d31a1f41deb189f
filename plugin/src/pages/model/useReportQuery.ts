import { useSearchParams } from 'react-router-dom';
import type { ReportQuery } from '../../api/client';

/** Parameters of a model's page that stand in the address. */
type Parameter = 'version' | 'signal' | 'attribute' | 'rate' | 'statistic';

/** The narrowing of a report in the address: `?version=7`. Absent: the champion. */
export function useReportQuery(): ReportQuery {
  const [params] = useSearchParams();
  const version = params.get('version');
  return version === null ? {} : { version };
}

/** One parameter of the address, and how to change it without losing the others. */
export function useParameter(name: Parameter): [string | null, (value: string | null) => void] {
  const [params, setParams] = useSearchParams();
  function setParameter(value: string | null): void {
    setParams(
      (previous) => {
        const changed = new URLSearchParams(previous);
        if (value === null) {
          changed.delete(name);
        } else {
          changed.set(name, value);
        }
        return changed;
      },
      { replace: true },
    );
  }
  return [params.get(name), setParameter];
}
