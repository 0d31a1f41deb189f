import { Badge, Stack, Text, TextLink } from '@grafana/ui';
import type { RetrainJob } from '@plumbline/collector/api';
import { ActionButton } from '../../components/ActionButton';
import { RetrainStateBadge } from '../../components/badges';
import { Disclosure } from '../../components/Disclosure';
import { EvidenceOfRetrain } from '../../components/EvidenceOfRetrain';
import { Noted } from '../../components/Noted';
import { PlainTable } from '../../components/PlainTable';
import { TimeText } from '../../components/TimeText';
import { formatActor, formatWords } from '../../format/name';
import { formatShare } from '../../format/number';
import { formatTime } from '../../format/time';
import { t } from '../../i18n';
import { alertPath, modelPath } from '../../routing';

interface JobsTableProps {
  readonly jobs: readonly RetrainJob[];
  /** Of one model on its own page, else of the fleet. */
  readonly showsModel: boolean;
}

/** Retrain jobs with why, how far, and what came of them. */
export function JobsTable({ jobs, showsModel }: JobsTableProps) {
  return (
    <PlainTable
      label={t('retrain.title', 'Retrain jobs')}
      columns={[
        t('retrain.column.job', 'Job'),
        ...(showsModel ? [t('retrain.column.model', 'Model')] : []),
        t('retrain.column.state', 'State'),
        t('retrain.column.why', 'Why'),
        t('retrain.column.result', 'Result'),
        t('retrain.column.do', 'Actions'),
      ]}
      rows={jobs.map((job) => ({
        key: job.id,
        cells: [
          <Noted key="job" note={job.id}>
            <TimeText at={job.requestedAt} />
          </Noted>,
          ...(showsModel
            ? [
                <TextLink key="model" href={modelPath(job.model, 'versions')} inline={false}>
                  {job.model}
                </TextLink>,
              ]
            : []),
          <Progress key="state" job={job} />,
          <Why key="why" job={job} />,
          <Result key="result" job={job} />,
          isUnderWay(job) ? <CancelButton key="do" job={job} /> : null,
        ],
        below:
          (job.reasons ?? []).length + (job.guards ?? []).length === 0 ? null : (
            <Disclosure title={t('retrain.evidence', 'Evidence and conditions when it was asked for')}>
              <EvidenceOfRetrain reasons={job.reasons} guards={job.guards} />
            </Disclosure>
          ),
      }))}
    />
  );
}

const ended: ReadonlySet<RetrainJob['state']> = new Set([
  'succeeded',
  'failed',
  'cancelled',
  'timed_out',
  'dead_lettered',
]);

export function isUnderWay({ state }: Pick<RetrainJob, 'state'>): boolean {
  return !ended.has(state);
}

function Progress({ job }: { readonly job: RetrainJob }) {
  const { state, progress, silentAfter, deadlineAt, approvalExpiresAt } = job;
  return (
    <Stack direction="column" gap={0.5} alignItems="flex-start">
      <RetrainStateBadge job={job} />
      {state === 'running' && progress !== null && (
        <Stack direction="row" gap={1} alignItems="center">
          <progress value={progress} max={1} aria-label={t('retrain.progress', 'Progress of {{id}}', { id: job.id })} />
          <Text tabular>{formatShare(progress)}</Text>
        </Stack>
      )}
      {isUnderWay(job) && (silentAfter ?? deadlineAt) != null && (
        <Text color="secondary" variant="bodySmall">
          {t('retrain.until', 'Given up if silent until {{time}}', {
            time: formatTime(silentAfter ?? deadlineAt ?? 0),
          })}
        </Text>
      )}
      {state === 'awaiting_approval' && approvalExpiresAt != null && (
        <Text color="secondary" variant="bodySmall">
          {t('retrain.expires', 'Open until {{time}}', { time: formatTime(approvalExpiresAt) })}
        </Text>
      )}
    </Stack>
  );
}

function Why({ job: { trigger, requestedBy } }: { readonly job: RetrainJob }) {
  return (
    <Stack direction="column" gap={0}>
      <Text>{trigger.reason}</Text>
      <Stack direction="row" gap={1} wrap="wrap">
        <Text color="secondary" variant="bodySmall">
          {t('retrain.asked-by', '{{kind}}, asked for by {{name}}', {
            kind: formatWords(trigger.kind),
            name: formatActor(requestedBy),
          })}
        </Text>
        {trigger.alert !== null && (
          <TextLink href={alertPath(trigger.alert)} variant="bodySmall">
            {t('retrain.to-alert', 'Alert')}
          </TextLink>
        )}
      </Stack>
    </Stack>
  );
}

function Result({ job: { model, result, error, outcome, externalRunId } }: { readonly job: RetrainJob }) {
  return (
    <Stack direction="column" gap={0.5} alignItems="flex-start">
      {result !== null && (
        <TextLink href={modelPath(model, 'versions')} inline={false}>
          {t('retrain.version', 'Version {{version}}', { version: result.version })}
        </TextLink>
      )}
      {error !== null && <Text color="error">{error}</Text>}
      {outcome != null && (
        <>
          <OutcomeBadge verdict={outcome.verdict} />
          <Text color="secondary" variant="bodySmall">
            {outcome.text}
          </Text>
        </>
      )}
      {externalRunId != null && (
        <Text color="secondary" variant="bodySmall">
          {t('retrain.run', 'Run {{id}} of the trainer', { id: externalRunId })}
        </Text>
      )}
    </Stack>
  );
}

function OutcomeBadge({ verdict }: { readonly verdict: NonNullable<RetrainJob['outcome']>['verdict'] }) {
  switch (verdict) {
    case 'helped':
      return <Badge color="green" icon="check" text={t('retrain.helped', 'It helped')} />;
    case 'did_not_help':
      return <Badge color="orange" icon="times" text={t('retrain.did-not-help', 'It did not help')} />;
    case 'pending':
      return <Badge color="darkgrey" icon="hourglass" text={t('retrain.pending', 'Not known yet')} />;
  }
}

function CancelButton({ job }: { readonly job: RetrainJob }) {
  return (
    <ActionButton
      verb="cancel-retrain"
      model={job.model}
      target={job.id}
      revision={job.revision}
      size="sm"
      icon="ban"
      label={t('retrain.cancel', 'Cancel job')}
      title={t('retrain.cancel-title', 'Cancel the retrain of {{model}}', { model: job.model })}
      explanation={t(
        'retrain.cancel-what',
        'The trainer is told to stop. What it still reports is refused, and no version comes of it.',
      )}
    />
  );
}
