import type { FindingBody } from '@plumbline/collector/api';
import { type ModelTab, modelPath } from '../../routing';

type Finding = Pick<FindingBody, 'model' | 'version' | 'segment' | 'kind' | 'signal'>;

/** Where a finding is explained: the tab, narrowed to its version and segment, with its signal chosen. */
export function findingPath({ model, version, segment, kind, signal }: Finding): string {
  const tab = tabOf(kind, signal);
  return modelPath(model, tab, {
    ...(tab === 'drift' ? { signal } : {}),
    ...(segment === undefined ? {} : { segment }),
    version,
  });
}

function tabOf(kind: FindingBody['kind'], signal: string): ModelTab {
  // What scores say of errors to come is about scores, and stands beside what outcomes say of those that came.
  if (kind === 'performance' || signal.startsWith('performance:')) {
    return 'performance';
  }
  switch (kind) {
    case 'fairness':
      return 'fairness';
    case 'data_quality':
      return 'data-quality';
    default:
      return 'drift';
  }
}
