import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import type { UsageReport } from '@plumbline/collector/api';
import { Tile } from '../../../components/Tile';
import { amountName, amountUnit } from '../../../format/amount';
import { formatCount, formatInterval, formatShare } from '../../../format/number';
import { unitFormat } from '../../../format/unit';
import { t } from '../../../i18n';

type UsageAmount = UsageReport['amounts'][number];

/** What a call takes over all the windows that are shown, beside the reference: calls, money, tokens, time. */
export function UsageTiles({ report: { windows, failed, amounts } }: { readonly report: UsageReport }) {
  const styles = useStyles2(getStyles);
  const calls = windows.reduce((sum, { rows }) => sum + rows, 0);
  return (
    <div className={styles.tiles}>
      <Tile title={t('usage.calls', 'Calls')} value={formatCount(calls)}>
        {failed.all !== null && (
          <div>{t('usage.failed-share', '{{share}} failed', { share: formatShare(failed.all.value) })}</div>
        )}
        {failed.reference !== null && <Reference value={formatShare(failed.reference.value)} />}
      </Tile>
      {amounts.map((amount) => (
        <AmountTile key={amount.signal} amount={amount} />
      ))}
    </div>
  );
}

/** Money and tokens add up, so their mean counts; of times it is the usual and the slow call. */
function AmountTile({ amount: { signal, all, reference } }: { readonly amount: UsageAmount }) {
  const unit = amountUnit(signal);
  const format = unitFormat(unit);
  if (all === null) {
    return null;
  }
  if (unit === 'time') {
    return (
      <Tile title={amountName(signal)} value={format(all.median)}>
        <div>{t('usage.slow', 'median; 95 % within {{time}}', { time: format(all.percentile95) })}</div>
        {reference !== null && <Reference value={format(reference.median)} />}
      </Tile>
    );
  }
  return (
    <Tile title={amountName(signal)} value={format(all.mean.value)}>
      <div>{t('usage.mean', 'a call, {{interval}}', { interval: formatInterval(all.mean, format) })}</div>
      <div>{t('usage.total', '{{total}} in all', { total: format(all.total) })}</div>
      {reference !== null && <Reference value={format(reference.mean.value)} />}
    </Tile>
  );
}

function Reference({ value }: { readonly value: string }) {
  return <div>{t('usage.reference', 'reference {{value}}', { value })}</div>;
}

const getStyles = (theme: GrafanaTheme2) => ({
  tiles: css({
    display: 'grid',
    gridTemplateColumns: `repeat(auto-fill, minmax(${theme.spacing(24)}, 1fr))`,
    gap: theme.spacing(2),
  }),
});
