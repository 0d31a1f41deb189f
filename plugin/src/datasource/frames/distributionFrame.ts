import { type DataFrame, toDataFrame } from '@grafana/data';
import type { Distribution } from '@plumbline/collector/api';
import { formatSignal } from '../../format/name';
import { t } from '../../i18n';
import { appLink, narrowingOf, numberField, textField } from './field';

/** What a distribution frame says beside its bins. */
export type DistributionFacts = Omit<Distribution, 'bins' | 'statistics'>;

/** One row a bin: edges, share of the reference's rows and of the current ones. The rest is in `meta.custom`. */
export function distributionFrame({ bins, statistics: _, ...facts }: Distribution): DataFrame {
  const { model, signal } = facts;
  const shares = { unit: 'percentunit', min: 0, links: [appLink(model, 'drift', { signal, ...narrowingOf(facts) })] };
  return toDataFrame({
    name: formatSignal(signal),
    meta: { custom: { distribution: facts } },
    fields: [
      textField(
        'bin',
        bins.map(({ label }) => label),
        { displayName: t('source.field.bin', 'Bin') },
      ),
      numberField(
        'low',
        bins.map(({ low }) => low),
        { displayName: t('source.field.low', 'From') },
      ),
      numberField(
        'high',
        bins.map(({ high }) => high),
        { displayName: t('source.field.high', 'To') },
      ),
      numberField(
        'reference',
        bins.map(({ referenceShare }) => referenceShare),
        {
          ...shares,
          displayName: t('source.field.reference', 'Reference'),
        },
      ),
      numberField(
        'current',
        bins.map(({ currentShare }) => currentShare),
        {
          ...shares,
          displayName: t('source.field.current', 'Current'),
        },
      ),
    ],
  });
}
