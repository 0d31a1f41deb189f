import { PluginPage } from '@grafana/runtime';
import { Badge, Box, EmptyState, FilterInput, RadioButtonGroup, Stack, Text, TextLink } from '@grafana/ui';
import type { Alert } from '@plumbline/collector/api';
import { useState } from 'react';
import { AlertStateBadge } from '../../components/badges';
import { Noted } from '../../components/Noted';
import { Pages, rowsOfPage } from '../../components/Pages';
import { PlainTable } from '../../components/PlainTable';
import { QueryState } from '../../components/QueryState';
import { TimeText } from '../../components/TimeText';
import { useFleetAlerts } from '../../data/useAlerts';
import { hrefTo } from '../../hrefTo';
import { t } from '../../i18n';
import { alertPath, fleetPath, modelPath } from '../../routing';
import { useParameter } from '../../useParameter';
import { AcknowledgeButton } from './AlertActions';
import { AttentionBadges } from './AttentionBadges';
import { kindText, severityText } from './alertText';
import { SilencesPanel } from './SilencesPanel';
import { type AlertView, isOpen, selectAlerts } from './selectAlerts';

/** What needs somebody, over all models; and what is kept silent. */
export function AlertsPage() {
  const [view, setView] = useParameter('view');
  const isSilences = view === 'silences';
  return (
    <PluginPage
      pageNav={{
        text: t('alerts.title', 'Alerts'),
        url: hrefTo(fleetPath('alerts')),
        children: [
          { text: t('alerts.inbox', 'Inbox'), url: hrefTo(fleetPath('alerts')), active: !isSilences },
          {
            text: t('alerts.silences', 'Silences'),
            url: hrefTo(fleetPath('alerts', { view: 'silences' })),
            active: isSilences,
          },
        ],
      }}
      subTitle={t('alerts.subtitle', 'What needs somebody, over all models')}
    >
      {isSilences ? <SilencesPanel /> : <Inbox view={viewOf(view)} onView={setView} />}
    </PluginPage>
  );
}

function viewOf(text: string | null): AlertView {
  return text === 'resolved' || text === 'all' ? text : 'open';
}

function Inbox({ view, onView }: { readonly view: AlertView; readonly onView: (view: string | null) => void }) {
  const query = useFleetAlerts();
  const [search, setSearch] = useParameter('search');
  const [severity, setSeverity] = useParameter('severity');
  const only = severity === 'page' || severity === 'ticket' ? severity : null;
  return (
    <>
      <Box marginBottom={2}>
        <Stack direction="row" gap={2} wrap="wrap" alignItems="center">
          <FilterInput
            escapeRegex={false}
            width={40}
            value={search ?? ''}
            onChange={setSearch}
            placeholder={t('alerts.search', 'Search by model, text or person')}
            aria-label={t('alerts.search', 'Search by model, text or person')}
          />
          <RadioButtonGroup<AlertView>
            aria-label={t('alerts.state', 'State')}
            value={view}
            onChange={(next) => onView(next === 'open' ? null : next)}
            options={[
              { value: 'open', label: t('alerts.open', 'Open') },
              { value: 'resolved', label: t('alerts.resolved', 'Resolved') },
              { value: 'all', label: t('alerts.all', 'All') },
            ]}
          />
          <RadioButtonGroup
            aria-label={t('alerts.severity', 'Severity')}
            value={only ?? 'any'}
            onChange={(next) => setSeverity(next === 'any' ? null : next)}
            options={[
              { value: 'any', label: t('alerts.any', 'Pages and tickets') },
              { value: 'page', label: t('alerts.pages', 'Pages') },
              { value: 'ticket', label: t('alerts.tickets', 'Tickets') },
            ]}
          />
        </Stack>
      </Box>
      <QueryState query={query} subject={t('alerts.subject', 'the alerts')}>
        {({ items }) => {
          const shown = selectAlerts(items, { view, severity: only, search: search ?? '' });
          return shown.length === 0 ? (
            <NoAlerts alerts={items} />
          ) : (
            <AlertsTable key={`${view} ${only} ${search}`} alerts={shown} />
          );
        }}
      </QueryState>
    </>
  );
}

function NoAlerts({ alerts }: { readonly alerts: readonly Alert[] }) {
  return alerts.some(isOpen) ? (
    <EmptyState variant="not-found" message={t('alerts.none-match', 'No alert matches this filter')} />
  ) : (
    <EmptyState variant="completed" message={t('alerts.none-open', 'No alert is open')}>
      {t(
        'alerts.none-open-what',
        'Alarms come from accumulated evidence, under a stated budget of false ones: silence here means that no model has gathered enough of it.',
      )}
    </EmptyState>
  );
}

function AlertsTable({ alerts }: { readonly alerts: readonly Alert[] }) {
  const [asked, setAsked] = useState(1);
  const { page, rows } = rowsOfPage(alerts, asked);
  return (
    <Stack direction="column" gap={2}>
      <PlainTable
        label={t('alerts.title', 'Alerts')}
        columns={[
          t('alerts.column.state', 'State'),
          t('alerts.column.model', 'Model'),
          t('alerts.column.what', 'What'),
          t('alerts.column.since', 'Since'),
          t('alerts.column.who', 'Who'),
          t('alerts.column.do', 'Actions'),
        ]}
        rows={rows.map((alert) => ({
          key: alert.id,
          cells: [
            <Stack key="state" direction="column" gap={0.5} alignItems="flex-start">
              <AlertStateBadge alert={alert} />
              <Badge color={alert.severity === 'page' ? 'red' : 'blue'} text={severityText(alert.severity)} />
            </Stack>,
            <Noted key="model" note={t('alerts.version', 'version {{version}}', { version: alert.version })}>
              <TextLink href={modelPath(alert.model)} inline={false}>
                {alert.model}
              </TextLink>
            </Noted>,
            <Stack key="what" direction="column" gap={0}>
              <TextLink href={alertPath(alert.id)} inline={false} weight="medium">
                {kindText(alert.kind)}
              </TextLink>
              <Text>{alert.sentence}</Text>
            </Stack>,
            <TimeText key="since" at={alert.firedAt ?? alert.since} />,
            <AttentionBadges key="who" alert={alert} />,
            alert.state === 'resolved' ? null : <AcknowledgeButton key="do" alert={alert} />,
          ],
        }))}
      />
      <Pages page={page} rows={alerts.length} onNavigate={setAsked} />
    </Stack>
  );
}
