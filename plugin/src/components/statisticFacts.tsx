import type { FindingBody } from '@plumbline/collector/api';
import type { ReactNode } from 'react';
import { statisticFormat, statisticName } from '../format/statistic';
import { EstimateText } from './EstimateText';

/** Statistics by the names people know, each as it is written: entries of `Facts`. */
export function statisticFacts(statistics: FindingBody['statistics']): [name: string, value: ReactNode][] {
  return Object.entries(statistics).map(([name, estimate]) => [
    statisticName(name),
    <EstimateText key={name} estimate={estimate} format={statisticFormat(name)} />,
  ]);
}
