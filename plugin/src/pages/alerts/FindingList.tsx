import { TextLink } from '@grafana/ui';
import type { FindingBody } from '@plumbline/collector/api';
import { VerdictBadge } from '../../components/badges';
import { SentenceList } from '../../components/SentenceList';
import { formatSignal } from '../../format/name';
import { t } from '../../i18n';
import { findingPath } from '../model/findingPath';

/** Findings, each with the way to where it is shown in full. */
export function FindingList({ findings }: { readonly findings: readonly FindingBody[] }) {
  return (
    <SentenceList
      items={findings.map((finding) => ({
        key: `${finding.version} ${finding.segment ?? ''} ${finding.signal}`,
        lead: <VerdictBadge verdict={finding.verdict} />,
        sentence: finding.sentence,
        note: (
          <>
            {finding.explainedBy !== undefined &&
              `${t('finding.explained', 'Explained by {{signal}}: it does not alarm by itself.', {
                signal: formatSignal(finding.explainedBy),
              })} `}
            <TextLink href={findingPath(finding)} variant="bodySmall">
              {t('overview.look-at', 'Look at {{signal}}', { signal: formatSignal(finding.signal) })}
            </TextLink>
          </>
        ),
      }))}
    />
  );
}
