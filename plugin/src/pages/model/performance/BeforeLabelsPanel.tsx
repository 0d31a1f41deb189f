import { Text } from '@grafana/ui';
import type { PerformanceReport } from '@plumbline/collector/api';
import { BeyondChance } from '../../../components/BeyondChance';
import { EstimateText } from '../../../components/EstimateText';
import { Facts } from '../../../components/Facts';
import { Noted } from '../../../components/Noted';
import { Panel } from '../../../components/Panel';
import { SideBySide } from '../../../components/SideBySide';
import { formatCount, formatPoints, formatShare } from '../../../format/number';
import { t } from '../../../i18n';
import { ExpectedTables } from './ExpectedTables';

type Expected = NonNullable<PerformanceReport['expectedErrors']>;

/** What scores let expect before labels come, how far that was off where they have come, and what it assumes. */
export function BeforeLabelsPanel({ expected }: { readonly expected: Expected }) {
  const { beforeLabels } = expected;
  return (
    <Panel
      title={t('before.title', 'Before labels')}
      description={t(
        'before.why',
        'What scores alone let expect: as many predictions wrong as those with such scores were in the reference. Where labels come, they say how far that was off.',
      )}
    >
      <SideBySide>
        <ErrorFacts expected={expected} />
        {beforeLabels != null && <ExpectedTables before={beforeLabels} />}
      </SideBySide>
    </Panel>
  );
}

function ErrorFacts({ expected: { errorRate, difference, backTest } }: { readonly expected: Expected }) {
  return (
    <Facts
      facts={[
        [
          t('before.rate', 'Expected error rate'),
          <Noted
            key="rate"
            note={t('before.rate-of', 'of all {{n}} predictions with a score, labelled or not', {
              n: formatCount(errorRate.n),
            })}
          >
            <EstimateText estimate={errorRate} format={formatShare} />
          </Noted>,
        ],
        [
          t('before.difference', 'Labels so far'),
          <Noted
            key="difference"
            note={t('before.difference-of', 'how much more often than expected labelled predictions were wrong')}
          >
            <EstimateText estimate={difference} format={formatPoints} />
          </Noted>,
        ],
        [
          t('before.column.off', 'Was off by'),
          <Noted key="test" note={trust(backTest)}>
            <BeyondChance estimate={backTest} format={formatPoints} />
          </Noted>,
        ],
        [
          t('before.assumes', 'Assumes'),
          <Text key="assumes">
            {t(
              'before.no-drift',
              'No concept drift: a score means what it meant in the reference. Only labels can tell.',
            )}
          </Text>,
        ],
      ]}
    />
  );
}

/** Whether the estimate is to be trusted where labels are missing. */
function trust({ value, high, n }: Expected['backTest']): string {
  if (value === null) {
    return t('before.untested', 'Not tested yet: that needs more labels of windows that are final.');
  }
  return high !== null && value > high
    ? t(
        'before.distrust',
        'on average over {{n}} stretches of final windows: do not trust it where labels are missing',
        {
          n: formatCount(n),
        },
      )
    : t('before.trust', 'on average over {{n}} stretches of final windows', { n: formatCount(n) });
}
