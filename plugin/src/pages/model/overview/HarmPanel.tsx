import { HealthBadge } from '../../../components/badges';
import { Panel } from '../../../components/Panel';
import { SentenceList } from '../../../components/SentenceList';
import { t } from '../../../i18n';
import type { Answer } from './diagnosis';

/** Drift alone hurts nobody; wrong or unfair predictions do. */
export function HarmPanel({ answers }: { readonly answers: readonly Answer[] }) {
  return (
    <Panel
      title={t('overview.hurt', 'Is anyone hurt?')}
      description={t(
        'overview.hurt-why',
        'Drift alone hurts nobody. Predictions that are wrong more often, or wrong for some people, do.',
      )}
    >
      <SentenceList
        items={answers.map(({ aspect, health, sentence }) => ({
          key: aspect,
          lead: <HealthBadge health={health} />,
          sentence,
          note: aspect,
        }))}
      />
    </Panel>
  );
}
