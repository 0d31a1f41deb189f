import { Text } from '@grafana/ui';
import type { ModelDetail } from '@plumbline/collector/api';
import { Panel } from '../../../components/Panel';
import { SentenceList } from '../../../components/SentenceList';
import { TimeText } from '../../../components/TimeText';
import { formatActor, formatWords } from '../../../format/name';
import { t } from '../../../i18n';

const shown = 8;

/** What changed lately, newest first: the first suspect for anything that went wrong. */
export function TimelinePanel({ timeline }: { readonly timeline: ModelDetail['timeline'] }) {
  return (
    <Panel title={t('overview.changed', 'What changed')}>
      {timeline.length === 0 ? (
        <Text color="secondary">{t('overview.unchanged', 'Nothing has changed since the model was declared.')}</Text>
      ) : (
        <SentenceList
          items={timeline.slice(0, shown).map(({ at, kind, actor, text }, index) => ({
            key: `${at} ${kind} ${index}`,
            lead: <TimeText at={at} />,
            sentence: formatWords(kind),
            note: t('overview.change-note', '{{actor}}: {{text}}', { actor: formatActor(actor), text }),
          }))}
        />
      )}
    </Panel>
  );
}
