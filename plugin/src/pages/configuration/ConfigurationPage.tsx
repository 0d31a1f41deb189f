import type { AppPluginMeta, PluginConfigPageProps } from '@grafana/data';
import { Alert, Button, LinkButton, Stack, Text } from '@grafana/ui';
import { type FormEvent, useState } from 'react';
import { collector } from '../../api/client';
import { failureFrom } from '../../api/failure';
import { hrefTo } from '../../hrefTo';
import { t } from '../../i18n';
import { modelsPath } from '../../routing';
import { type AppSettings, rememberSaved, settingsOf } from '../../settings';
import { AddressField, TokenField, TracingField } from './ConnectionFields';
import { type ConnectionResult, checkConnection } from './checkConnection';
import { addressProblem, tidyAddress } from './collectorAddress';

interface Problems {
  readonly address: string | null;
  readonly token: string | null;
}

/** Where the collector is and which token Grafana's proxy sends it; and whether that works. */
export default function ConfigurationPage({ plugin: { meta } }: PluginConfigPageProps<AppPluginMeta<AppSettings>>) {
  const [address, setAddress] = useState(settingsOf(meta).collectorUrl ?? '');
  const [tracing, setTracing] = useState(settingsOf(meta).tracingDataSource ?? '');
  const [token, setToken] = useState('');
  const [isTokenKept, setTokenKept] = useState(meta.secureJsonFields?.collectorToken === true);
  const [problems, setProblems] = useState<Problems>({ address: null, token: null });
  const [isBusy, setBusy] = useState(false);
  const [result, setResult] = useState<ConnectionResult | null>(null);

  async function saveAndTest(event: FormEvent): Promise<void> {
    event.preventDefault();
    const found = { address: addressProblem(address), token: isTokenKept ? null : tokenProblem(token) };
    setProblems(found);
    setResult(null);
    if (found.address !== null || found.token !== null) {
      return;
    }
    const collectorUrl = tidyAddress(address);
    setBusy(true);
    try {
      await collector.saveSettings({
        enabled: true,
        pinned: meta.pinned ?? true,
        jsonData: { ...meta.jsonData, collectorUrl, tracingDataSource: tracing },
        // Only what was typed: Grafana keeps a secret that is not sent.
        ...(isTokenKept ? {} : { secureJsonData: { collectorToken: token.trim() } }),
      });
      rememberSaved({ collectorUrl, tracingDataSource: tracing });
      setAddress(collectorUrl);
      setTokenKept(true);
      setToken('');
      setResult(await checkConnection(collectorUrl, collector));
    } catch (thrown) {
      setResult(notSaved(failureFrom(thrown).message));
    } finally {
      setBusy(false);
    }
  }

  return (
    <form onSubmit={saveAndTest} style={{ maxWidth: 720 }} noValidate>
      <AddressField value={address} onChange={setAddress} problem={problems.address} />
      <TokenField
        value={token}
        onChange={setToken}
        problem={problems.token}
        isKept={isTokenKept}
        onReset={() => setTokenKept(false)}
      />
      <TracingField value={tracing} onChange={setTracing} />
      <Stack direction="column" gap={2} alignItems="stretch">
        <Stack direction="row" gap={1}>
          <Button type="submit" disabled={isBusy}>
            {isBusy ? t('configuration.testing', 'Testing...') : t('configuration.save', 'Save & test')}
          </Button>
          {result !== null && result.severity !== 'error' && (
            <LinkButton href={hrefTo(modelsPath())} variant="secondary">
              {t('configuration.to-models', 'Open models')}
            </LinkButton>
          )}
        </Stack>
        <div aria-live="polite">{result !== null && <Outcome result={result} />}</div>
        <Text color="secondary" variant="bodySmall">
          {t(
            'configuration.provisioned',
            'Settings from a provisioning file replace these whenever Grafana starts: change them there.',
          )}
        </Text>
      </Stack>
    </form>
  );
}

function Outcome({ result: { severity, title, lines, code } }: { readonly result: ConnectionResult }) {
  return (
    <Alert severity={severity} title={title} bottomSpacing={0}>
      <Stack direction="column" gap={1}>
        {lines.map((line) => (
          <Text key={line}>{line}</Text>
        ))}
        {code !== undefined && (
          <Text color="secondary" variant="bodySmall">
            {code}
          </Text>
        )}
      </Stack>
    </Alert>
  );
}

function tokenProblem(token: string): string | null {
  return token.trim() === ''
    ? t('configuration.no-token', 'Paste the token that the collector expects from Grafana')
    : null;
}

function notSaved(message: string): ConnectionResult {
  return {
    severity: 'error',
    title: t('configuration.not-saved', 'Grafana did not save the settings'),
    lines: [message],
  };
}
