import { TextLink } from '@grafana/ui';
import type { ModelDetail } from '@plumbline/collector/api';
import { Facts } from '../../../components/Facts';
import { Panel } from '../../../components/Panel';
import { formatDigest, formatWords } from '../../../format/name';
import { formatCount, formatShare, nothing } from '../../../format/number';
import { formatDuration, formatRange, formatTime } from '../../../format/time';
import { t } from '../../../i18n';

/** What the model is, what it is compared with, and what the alarms promise. */
export function AboutPanel({ detail }: { readonly detail: ModelDetail }) {
  return (
    <Panel title={t('overview.about', 'About')}>
      <AboutFacts detail={detail} />
    </Panel>
  );
}

export function AboutFacts({ detail }: { readonly detail: ModelDetail }) {
  const { task, windowMs, budget, reference, runbook, lastEventAt } = detail;
  return (
    <Facts
      facts={[
        [t('about.task', 'Task'), formatWords(task)],
        [t('about.window', 'Window'), formatDuration(windowMs)],
        [
          t('about.reference', 'Reference'),
          reference === null ? t('about.no-reference', 'None yet') : referenceText(reference),
        ],
        [t('about.budget', 'False alarms'), budgetText(budget)],
        [
          t('about.last-event', 'Last event'),
          lastEventAt === null ? t('about.never', 'Never') : formatTime(lastEventAt),
        ],
        [t('about.runbook', 'Runbook'), <RunbookText key="runbook" runbook={runbook} />],
      ]}
    />
  );
}

function RunbookText({ runbook }: { readonly runbook: string }) {
  return isWebAddress(runbook) ? (
    <TextLink href={runbook} external>
      {runbook}
    </TextLink>
  ) : (
    runbook || nothing
  );
}

function referenceText({ id, rows, from, to }: NonNullable<ModelDetail['reference']>): string {
  const size = t('about.reference-rows', '{{rows}} rows, {{id}}', { rows: formatCount(rows), id: formatDigest(id) });
  return from === null || to === null ? size : `${size} (${formatRange(from, to)})`;
}

function budgetText({ mode, hours, alpha, streams }: ModelDetail['budget']): string {
  return mode === 'calendar'
    ? t(
        'about.budget-calendar',
        'At most one false page in {{hours}} h of event time, over all {{streams}} watched signals',
        { hours: hours ?? nothing, streams },
      )
    : t(
        'about.budget-lifetime',
        "A chance of at most {{alpha}} of any false alarm in a version's life, over all {{streams}} watched signals",
        { alpha: formatShare(alpha), streams },
      );
}

/** A runbook is free text from a file: only a web address becomes a link. */
export function isWebAddress(text: string): boolean {
  return /^https?:\/\/\S+$/.test(text);
}
