import type { DataFrame } from '@grafana/data';
import type { Distribution } from '@plumbline/collector/api';
import type { DistributionFacts } from '../../datasource/frames/distributionFrame';
import { numbersOf, textsOf } from '../frameField';

/** The distributions that frames hold, in their order. A frame of something else is left out. */
export function distributionsOf(frames: readonly DataFrame[]): Distribution[] {
  return frames.flatMap((frame) => {
    // Set by our data source alone, beside the fields below.
    const facts = frame.meta?.custom?.distribution as DistributionFacts | undefined;
    const labels = textsOf(frame, 'bin');
    const reference = numbersOf(frame, 'reference');
    const current = numbersOf(frame, 'current');
    if (facts === undefined || labels === null || reference === null || current === null) {
      return [];
    }
    const [low, high] = [numbersOf(frame, 'low'), numbersOf(frame, 'high')];
    return [
      {
        ...facts,
        bins: labels.map((label, index) => ({
          label: label ?? '',
          low: low?.[index] ?? null,
          high: high?.[index] ?? null,
          referenceShare: reference[index] ?? 0,
          currentShare: current[index] ?? 0,
        })),
      },
    ];
  });
}
