import { t } from '../i18n';
import { type Unit, unitFormat } from './unit';

/** Statistics that are shares of rows without saying so in their name. */
const share =
  /^(?!averagePrecision).*(accuracy|precision|recall|f1|specificity|sensitivity)(At\d+)?$|(Rate|Share|PredictiveValue|PercentageError)$/i;
/** Differences of shares; those of anything else are plain numbers. */
const points =
  /(Parity|Opportunity|Odds|Rate|Accuracy|Precision|Recall|F1|Disparity|Value)Difference$|^conditionalDemographicDisparity$/i;

/** Words that are written in a way of their own. */
const spelling: Readonly<Record<string, string>> = {
  f1: 'F1',
  auc: 'AUC',
  roc: 'ROC',
  mae: 'MAE',
  mape: 'MAPE',
  mcc: 'MCC',
  ndcg: 'NDCG',
  rmse: 'RMSE',
  anderson: 'Anderson',
  brier: 'Brier',
  chi: 'Chi',
  cohen: 'Cohen',
  cramer: 'Cramér',
  cramers: "Cramér's",
  darling: 'Darling',
  gini: 'Gini',
  kolmogorov: 'Kolmogorov',
  kuiper: 'Kuiper',
  kullback: 'Kullback',
  leibler: 'Leibler',
  matthews: 'Matthews',
  mises: 'Mises',
  smirnov: 'Smirnov',
  theil: 'Theil',
};

/** `macroF1` -> `Macro F1`, `areaUnderCurve` -> `Area under curve`, `precisionAt10` -> `Precision at 10`. */
export function statisticName(name: string): string {
  switch (name) {
    case 'jensenShannonDistance':
      return t('statistic.jensen-shannon', 'Jensen-Shannon distance');
    case 'wassersteinNormalised':
      return t('statistic.wasserstein', 'Wasserstein, normalised');
    default:
      return readable(name);
  }
}

function readable(name: string): string {
  const words = name
    .replace(/[_.:\s-]+/g, ' ')
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .replace(/([A-Za-z]{2})(\d)/g, '$1 $2')
    .trim()
    .split(' ')
    .map((word) => spelling[word.toLowerCase()] ?? (/^[A-Z]{2,}$/.test(word) ? word : word.toLowerCase()));
  const text = words.join(' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** How a statistic's values are written: shares in percent, their differences in percentage points, else plain. */
export function statisticFormat(name: string): (value: number | null) => string {
  return unitFormat(unitOf(name));
}

/**
 * What a statistic's number is, read from its name. Names are an open set: one that nobody here has heard of is a plain
 * number with a readable name.
 */
export function unitOf(name: string): Unit {
  if (points.test(name)) {
    return 'points';
  }
  return share.test(name) ? 'share' : 'number';
}

/** How the number is to be read when the name does not say it: which value is perfect, fair or chance. Else null. */
export function statisticScale(name: string): string | null {
  if (/Ratio$/.test(name)) {
    return t('statistic.scale.ratio', '1 is parity');
  }
  if (/(Difference|Disparity)$/.test(name)) {
    return t('statistic.scale.difference', '0 is parity');
  }
  if (/(areaUnder|subgroupArea|Area$|auc)/i.test(name)) {
    return t('statistic.scale.area', '0.5 is chance, 1 is perfect');
  }
  if (/(correlation|kappa)/i.test(name)) {
    return t('statistic.scale.correlation', '0 is chance, 1 is perfect');
  }
  if (/^rSquared$/.test(name)) {
    return t('statistic.scale.r-squared', '1 is perfect, 0 is no better than the mean');
  }
  if (/slope$/i.test(name)) {
    return t('statistic.scale.slope', '1 is perfect');
  }
  if (/^mean(Signed)?Error$|bias$|intercept$/i.test(name)) {
    return t('statistic.scale.bias', '0 is unbiased');
  }
  if (/(brier|loss|calibration.*error|entropy|theil)/i.test(name)) {
    return t('statistic.scale.loss', '0 is perfect, lower is better');
  }
  if (/Error$/.test(name)) {
    return share.test(name)
      ? t('statistic.scale.relative-error', 'lower is better')
      : t('statistic.scale.error', 'in the unit of the outcome, lower is better');
  }
  return null;
}
