import { t } from '../i18n';
import { formatWords } from './name';
import { formatEffect, formatShare } from './number';

/** Statistics that are shares of rows without saying so in their name. */
const shares = new Set(['accuracy', 'precision', 'recall', 'f1']);

/** `f1` -> `F1`, `areaUnderCurve` -> `Area under curve`. */
export function statisticName(name: string): string {
  switch (name) {
    case 'f1':
      return t('statistic.f1', 'F1');
    case 'jensenShannonDistance':
      return t('statistic.jensen-shannon', 'Jensen-Shannon distance');
    case 'wassersteinNormalised':
      return t('statistic.wasserstein', 'Wasserstein, normalised');
    default:
      return formatWords(name);
  }
}

/** How a statistic's values are written: shares in percent, everything else as a plain number. */
export function statisticFormat(name: string): (value: number | null) => string {
  return shares.has(name) || /(Rate|Share)$/.test(name) ? formatShare : formatEffect;
}
