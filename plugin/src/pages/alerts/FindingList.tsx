import { TextLink } from '@grafana/ui';
import type { FindingBody } from '@plumbline/collector/api';
import { VerdictBadge } from '../../components/badges';
import { SentenceList } from '../../components/SentenceList';
import { formatSignal } from '../../format/name';
import { t } from '../../i18n';
import { modelPath } from '../../routing';
import { tabOf } from '../model/overview/diagnosis';

/** Findings, each with the way to where it is shown in full. */
export function FindingList({ findings }: { readonly findings: readonly FindingBody[] }) {
  return (
    <SentenceList
      items={findings.map(({ signal, segment, model, version, kind, verdict, sentence, explainedBy }) => ({
        key: `${version} ${segment ?? ''} ${signal}`,
        lead: <VerdictBadge verdict={verdict} />,
        sentence,
        note: (
          <>
            {explainedBy !== undefined &&
              `${t('finding.explained', 'Explained by {{signal}}: it does not alarm by itself.', {
                signal: formatSignal(explainedBy),
              })} `}
            <TextLink
              href={modelPath(model, tabOf(kind), {
                ...(tabOf(kind) === 'drift' ? { signal } : {}),
                ...(segment === undefined ? {} : { segment }),
                version,
              })}
              variant="bodySmall"
            >
              {t('overview.look-at', 'Look at {{signal}}', { signal: formatSignal(signal) })}
            </TextLink>
          </>
        ),
      }))}
    />
  );
}
