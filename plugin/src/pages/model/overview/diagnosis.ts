import type { FindingBody, Health, ModelDetail } from '@plumbline/collector/api';
import { t } from '../../../i18n';
import type { ModelTab } from '../../../routing';

/** A question about a model, answered in a sentence. */
export interface Answer {
  readonly aspect: string;
  readonly health: Health;
  readonly sentence: string;
  readonly tab: ModelTab;
}

type Aspect = Exclude<keyof ModelDetail['health'], 'overall'>;

const kindsOf: Readonly<Record<Aspect, readonly FindingBody['kind'][]>> = {
  drift: ['feature', 'score', 'prediction', 'latency'],
  performance: ['performance'],
  fairness: ['fairness'],
  dataQuality: ['data_quality'],
};

/** How each aspect of a model is: its worst concern in words, or what it means that there is none. */
export function aspectsOf(detail: ModelDetail): Answer[] {
  return [driftOf(detail), ...harmOf(detail), dataQualityOf(detail)];
}

/** Is anyone hurt? Whether predictions are wrong more often, and whether they are wrong for some people more. */
export function harmOf(detail: ModelDetail): Answer[] {
  return [
    answer(detail, 'performance', t('aspect.performance', 'Performance'), 'performance', {
      ok: t('answer.performance-ok', 'Predictions are as right as they were in the reference.'),
      no_data: t(
        'answer.performance-none',
        'Cannot be told yet: too few outcomes have arrived, or the reference has none to compare them with.',
      ),
    }),
    answer(detail, 'fairness', t('aspect.fairness', 'Fairness'), 'fairness', {
      ok: t('answer.fairness-ok', 'No group of people is treated worse than tolerated.'),
      no_data: t(
        'answer.fairness-none',
        'Cannot be told yet: no sensitive attribute is recorded, or its groups are too small.',
      ),
    }),
  ];
}

function driftOf(detail: ModelDetail): Answer {
  return answer(detail, 'drift', t('aspect.drift', 'Drift'), 'drift', {
    ok: t('answer.drift-ok', 'Inputs and scores are distributed as in the reference.'),
    no_data: t('answer.drift-none', 'Cannot be told yet: there is no reference, or too little traffic.'),
  });
}

function dataQualityOf(detail: ModelDetail): Answer {
  return answer(detail, 'dataQuality', t('aspect.data-quality', 'Data quality'), 'data-quality', {
    ok: t('answer.data-quality-ok', 'Values arrive as complete and as valid as in the reference.'),
    no_data: t('answer.data-quality-none', 'Cannot be told yet: too little traffic.'),
  });
}

function answer(
  { health, concerns }: ModelDetail,
  aspect: Aspect,
  name: string,
  tab: ModelTab,
  otherwise: { readonly ok: string; readonly no_data: string },
): Answer {
  const worst = concerns.find(({ kind, verdict }) => kindsOf[aspect].includes(kind) && verdict !== 'insufficient_data');
  const state = health[aspect];
  const sentence =
    state === 'ok' || state === 'no_data'
      ? otherwise[state]
      : (worst?.sentence ??
        (state === 'error'
          ? t('answer.error', 'The monitor of this aspect failed: see the collector.')
          : t('answer.earlier', 'An earlier window raised it; the latest one has no finding.')));
  return { aspect: name, health: state, sentence, tab };
}
