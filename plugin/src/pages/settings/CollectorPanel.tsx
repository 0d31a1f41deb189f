import { usePluginContext } from '@grafana/data';
import { config } from '@grafana/runtime';
import { Alert, Button, Grid, LinkButton, Stack, Text } from '@grafana/ui';
import type { CollectorStatus } from '@plumbline/collector/api';
import { useState } from 'react';
import { collector } from '../../api/client';
import { Facts } from '../../components/Facts';
import { Panel } from '../../components/Panel';
import { QueryState } from '../../components/QueryState';
import { CONFIGURATION_PATH } from '../../constants';
import { useStatus } from '../../data/useStatus';
import { formatCount } from '../../format/number';
import { formatTime } from '../../format/time';
import { hrefTo } from '../../hrefTo';
import { t } from '../../i18n';
import { type AppSettings, settingsOf } from '../../settings';
import { type ConnectionResult, checkConnection } from '../configuration/checkConnection';

/** Where the collector is, whether it keeps up, and a test of the way to it. */
export function CollectorPanel() {
  const query = useStatus();
  const meta = usePluginContext()?.meta;
  const address = settingsOf({ jsonData: (meta?.jsonData ?? {}) as AppSettings }).collectorUrl ?? '';
  const [result, setResult] = useState<ConnectionResult | null>(null);
  const [isTesting, setTesting] = useState(false);
  const mayConfigure = config.bootData.user.orgRole === 'Admin' || config.bootData.user.isGrafanaAdmin;

  async function test(): Promise<void> {
    setTesting(true);
    setResult(await checkConnection(address, collector));
    setTesting(false);
  }

  return (
    <Panel
      title={t('settings.collector', 'Collector')}
      actions={
        <Stack direction="row" gap={1}>
          <Button size="sm" variant="secondary" icon="sync" disabled={isTesting} onClick={test}>
            {isTesting ? t('configuration.testing', 'Testing...') : t('settings.test', 'Test connection')}
          </Button>
          {mayConfigure && (
            <LinkButton size="sm" variant="secondary" icon="cog" href={hrefTo(CONFIGURATION_PATH)}>
              {t('settings.configure', 'Configuration')}
            </LinkButton>
          )}
        </Stack>
      }
    >
      <Stack direction="column" gap={2}>
        <div aria-live="polite">
          {result !== null && (
            <Alert severity={result.severity} title={result.title} bottomSpacing={0}>
              {result.lines.map((line) => (
                <div key={line}>{line}</div>
              ))}
            </Alert>
          )}
        </div>
        <QueryState query={query} subject={t('settings.status', 'the state of the collector')}>
          {(status) => <Status status={status} address={address} />}
        </QueryState>
      </Stack>
    </Panel>
  );
}

function Status({ status, address }: { readonly status: CollectorStatus; readonly address: string }) {
  const { version, startedAt, ready, notReady, counts, lagMessages } = status;
  return (
    <Grid columns={{ xs: 1, lg: 2 }} gap={3} alignItems="start">
      <Facts
        isWide
        facts={[
          [t('settings.address', 'Address'), address],
          [t('settings.version', 'Version'), version],
          [t('settings.started', 'Started'), formatTime(startedAt)],
          [
            t('settings.ready', 'Ready'),
            ready ? (
              t('settings.yes', 'Yes')
            ) : (
              <Text key="ready" color="warning">
                {t('settings.no', 'No: {{what}}', { what: notReady.join(', ') })}
              </Text>
            ),
          ],
          [t('settings.lag', 'Messages that wait'), formatCount(lagMessages)],
        ]}
      />
      <Facts
        isWide
        facts={[
          [t('settings.inferences', 'Inferences'), formatCount(counts.inferences)],
          [t('settings.outcomes', 'Outcomes'), formatCount(counts.outcomes)],
          [t('settings.joined', 'Outcomes with their inference'), formatCount(counts.joinedOutcomes)],
          [t('settings.waiting', 'Outcomes that wait for it'), formatCount(counts.waitingOutcomes)],
          [t('settings.refused', 'Outcomes refused'), formatCount(counts.refusedOutcomes)],
          [t('settings.duplicates', 'Batches that came twice'), formatCount(counts.duplicateBatches)],
          [t('settings.dead', 'Batches that could not be read'), formatCount(counts.deadLetters)],
          [t('settings.unknown', 'Events of unknown models'), formatCount(counts.unknownModelEvents)],
        ]}
      />
    </Grid>
  );
}
