import { t } from '../i18n';

/** Statistics that answer one question, under its name. */
export interface StatisticGroup<T> {
  readonly title: string;
  readonly entries: readonly (readonly [name: string, value: T])[];
}

interface Question {
  readonly title: () => string;
  readonly names: RegExp;
}

/** In reading order; a name belongs to the first question that claims it. */
const performanceQuestions: readonly Question[] = [
  {
    title: () => t('statistic.group.right', 'How often is it right?'),
    names: /accuracy$|^errorRate$|correlation$|kappa$/i,
  },
  {
    title: () => t('statistic.group.mistakes', 'Which mistakes does it make?'),
    names:
      /^(precision|recall|f1|specificity|sensitivity)$|(false|true)(Positive|Negative)|PredictiveValue|falseDiscovery|falseOmission/,
  },
  {
    title: () => t('statistic.group.classes', 'How good is it for every class?'),
    names: /^(macro|micro|weighted)(Precision|Recall|F1)$/,
  },
  {
    title: () => t('statistic.group.ranking', 'Is the order right?'),
    names: /area|auc|averagePrecision|reciprocal|gain|ndcg|At\d+$/i,
  },
  {
    title: () => t('statistic.group.probabilities', 'Are the probabilities true?'),
    names: /brier|logLoss|calibration|reliability/i,
  },
  {
    title: () => t('statistic.group.errors', 'How far off are the numbers?'),
    names: /Error$|^rSquared$|pinball|bias$/,
  },
];

const fairnessQuestions: readonly Question[] = [
  {
    title: () => t('statistic.group.decisions', 'Who gets the favourable decision?'),
    names: /statisticalParity|disparateImpact|demographic|selection/i,
  },
  {
    title: () => t('statistic.group.harm', 'Who bears the mistakes?'),
    names: /opportunity|odds|treatment|(false|true)(Positive|Negative)|accuracy|errorRate|(mean|absolute)Error/i,
  },
  {
    title: () => t('statistic.group.trust', 'Does a decision mean the same?'),
    names: /predictive|falseDiscovery|falseOmission/i,
  },
  {
    title: () => t('statistic.group.scores', 'Does a score mean the same?'),
    names: /calibration|brier|logLoss|area|auc/i,
  },
];

/** Performance statistics by what they answer, the plainest question first. */
export function groupPerformance<T>(statistics: Readonly<Record<string, T>>): readonly StatisticGroup<T>[] {
  return groupBy(statistics, performanceQuestions);
}

/** Gaps of a group to its reference group by what they answer. */
export function groupFairness<T>(statistics: Readonly<Record<string, T>>): readonly StatisticGroup<T>[] {
  return groupBy(statistics, fairnessQuestions);
}

/** What no question asks for comes last. */
function groupBy<T>(
  statistics: Readonly<Record<string, T>>,
  questions: readonly Question[],
): readonly StatisticGroup<T>[] {
  const entries = Object.entries(statistics);
  const questionOf = (name: string) => questions.find(({ names }) => names.test(name));
  return [...questions, undefined]
    .map((question) => ({
      title: question?.title() ?? t('statistic.group.more', 'More'),
      entries: entries.filter(([name]) => questionOf(name) === question),
    }))
    .filter((group) => group.entries.length > 0);
}
