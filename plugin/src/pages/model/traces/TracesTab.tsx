import { usePluginContext } from '@grafana/data';
import {
  Alert,
  Badge,
  ClipboardButton,
  EmptyState,
  InlineField,
  LinkButton,
  RadioButtonGroup,
  Stack,
  Text,
  TextLink,
} from '@grafana/ui';
import type { Exemplars, ModelDetail } from '@plumbline/collector/api';
import { useState } from 'react';
import { Pages, rowsOfPage } from '../../../components/Pages';
import { Panel } from '../../../components/Panel';
import { PlainTable } from '../../../components/PlainTable';
import { QueryState } from '../../../components/QueryState';
import { TimeText } from '../../../components/TimeText';
import { CONFIGURATION_PATH } from '../../../constants';
import { useExemplars } from '../../../data/useExemplars';
import { hrefTo } from '../../../hrefTo';
import { t } from '../../../i18n';
import { type AppSettings, settingsOf } from '../../../settings';
import { ReportToolbar } from '../ReportToolbar';
import { useParameter, useReportQuery } from '../useReportQuery';
import { traceAddress, tracingSources } from './traceAddress';

type Exemplar = Exemplars['windows'][number]['exemplars'][number];
type Reason = Exemplar['reasons'][number];

const reasons: readonly Reason[] = ['failed', 'slowest', 'unusual_score', 'random'];

/** From what was found out about many inferences to a few of them, each in its trace. */
export function TracesTab({ detail: { model } }: { readonly detail: ModelDetail }) {
  const query = useExemplars(model, useReportQuery());
  const [reason, setReason] = useParameter('reason');
  const wanted = reasons.find((known) => known === reason);
  return (
    <Stack direction="column" gap={2}>
      <ReportToolbar model={model} isSegmented={false}>
        <InlineField label={t('traces.reason', 'Why')}>
          <RadioButtonGroup
            aria-label={t('traces.reason', 'Why')}
            value={wanted ?? 'all'}
            onChange={(value) => setReason(value === 'all' ? null : value)}
            options={[
              { value: 'all' as const, label: t('traces.all', 'All') },
              ...reasons.map((value) => ({ value, label: reasonText(value) })),
            ]}
          />
        </InlineField>
      </ReportToolbar>
      <QueryState query={query} subject={t('traces.subject', 'the exemplars')}>
        {({ version, windows }) => {
          const all = windows.flatMap(({ exemplars }) => exemplars);
          if (all.length === 0) {
            return <NoExemplars />;
          }
          const shown = all.filter((one) => wanted === undefined || one.reasons.includes(wanted));
          return <ExemplarsPanel key={wanted ?? 'all'} version={version} exemplars={shown.toReversed()} />;
        }}
      </QueryState>
    </Stack>
  );
}

function ExemplarsPanel({ version, exemplars }: { readonly version: string; readonly exemplars: readonly Exemplar[] }) {
  const source = useTracingSource();
  const sources = tracingSources();
  const [asked, setAsked] = useState(1);
  const { page, rows } = rowsOfPage(exemplars, asked);
  return (
    <Stack direction="column" gap={2}>
      {source === '' && <NoTracingSource />}
      <Panel
        title={t('traces.title', 'Inferences to look at')}
        description={t(
          'traces.why',
          'Up to five of each window for each reason, the newest first. Only ids are kept of them; what was asked and answered stands in the trace. The random ones are there to compare the others with.',
        )}
      >
        {exemplars.length === 0 ? (
          <Text color="secondary">{t('traces.none-match', 'None is here for this reason.')}</Text>
        ) : (
          <Stack direction="column" gap={2}>
            <PlainTable
              label={t('traces.title', 'Inferences to look at')}
              columns={[
                t('traces.column.time', 'Time'),
                t('traces.column.version', 'Version'),
                t('traces.column.why', 'Why'),
                t('traces.column.trace', 'Trace'),
                t('traces.column.inference', 'Inference'),
              ]}
              rows={rows.map(({ inferenceId, traceId, at, reasons: whys }) => ({
                key: `${inferenceId} ${at}`,
                cells: [
                  <TimeText key="time" at={at} />,
                  version,
                  <Stack key="why" direction="row" gap={0.5} wrap="wrap">
                    {whys.map((why) => (
                      <Badge key={why} color={reasonColor(why)} text={reasonText(why)} />
                    ))}
                  </Stack>,
                  source === '' ? (
                    <TraceToCopy key="trace" traceId={traceId} />
                  ) : (
                    <TextLink key="trace" href={traceAddress(source, traceId, at, sources)} inline={false}>
                      {traceId}
                    </TextLink>
                  ),
                  <Text key="inference" variant="code">
                    {inferenceId}
                  </Text>,
                ],
              }))}
            />
            <Pages page={page} rows={exemplars.length} onNavigate={setAsked} />
          </Stack>
        )}
      </Panel>
    </Stack>
  );
}

function TraceToCopy({ traceId }: { readonly traceId: string }) {
  return (
    <Stack direction="row" gap={0.5} alignItems="center">
      <Text variant="code">{traceId}</Text>
      <ClipboardButton
        size="sm"
        fill="text"
        variant="secondary"
        icon="copy"
        getText={() => traceId}
        aria-label={t('traces.copy', 'Copy trace id {{traceId}}', { traceId })}
      />
    </Stack>
  );
}

/** Uid of the data source that holds the traces of the apps; empty when none was chosen. */
function useTracingSource(): string {
  const context = usePluginContext();
  // The pages of the app stand in its own context, whose settings are the app's.
  return context === null ? '' : (settingsOf(context.meta as { jsonData?: AppSettings }).tracingDataSource ?? '');
}

function NoTracingSource() {
  return (
    <Alert severity="info" bottomSpacing={0} title={t('traces.no-source', 'No tracing data source is chosen')}>
      <Stack direction="column" gap={1} alignItems="flex-start">
        <Text>
          {t(
            'traces.no-source-how',
            'Trace ids are shown as text until an administrator chooses where traces are kept (Tempo, Jaeger, Zipkin): then each leads to its trace.',
          )}
        </Text>
        <LinkButton href={hrefTo(CONFIGURATION_PATH)} icon="cog" size="sm" variant="secondary">
          {t('traces.to-configuration', 'Open configuration')}
        </LinkButton>
      </Stack>
    </Alert>
  );
}

function NoExemplars() {
  return (
    <EmptyState variant="call-to-action" hideImage message={t('traces.none', 'No inference with a trace is kept here')}>
      {t(
        'traces.none-how',
        'An inference belongs to a trace when the app traces with OpenTelemetry as it calls the model: the SDK takes the id of the span that is active. Older windows keep theirs as long as the window itself is kept.',
      )}
    </EmptyState>
  );
}

function reasonText(reason: Reason): string {
  switch (reason) {
    case 'failed':
      return t('traces.failed', 'Failed');
    case 'slowest':
      return t('traces.slowest', 'Slowest');
    case 'unusual_score':
      return t('traces.unusual', 'Unusual score');
    case 'random':
      return t('traces.random', 'Random');
  }
}

function reasonColor(reason: Reason) {
  switch (reason) {
    case 'failed':
      return 'red';
    case 'slowest':
      return 'orange';
    case 'unusual_score':
      return 'purple';
    case 'random':
      return 'darkgrey';
  }
}
