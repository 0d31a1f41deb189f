import type { TestDataSourceResponse } from '@grafana/data';
import { Alert, Button, Stack } from '@grafana/ui';
import { useEffect, useState } from 'react';
import { HostPluginPage } from './HostPluginPage';
import { type LoadedDataSource, loadDataSource } from './nestedPlugins';

/** Stands in for Grafana's page about a data source. Ours is provisioned: what is changed here is not kept. */
export function DataSourcePage() {
  const [source, setSource] = useState<LoadedDataSource | null>(null);
  const [result, setResult] = useState<TestDataSourceResponse | null>(null);
  const [options, setOptions] = useState<object>({
    jsonData: window.plumblineHost.jsonData,
    secureJsonData: {},
    secureJsonFields: window.plumblineHost.secureJsonFields,
  });
  useEffect(() => {
    loadDataSource().then(setSource);
  }, []);
  if (source === null) {
    return null;
  }
  const { instance, plugin } = source;
  const { ConfigEditor } = plugin.components;
  return (
    <HostPluginPage pageNav={{ text: instance.name }}>
      <Stack direction="column" gap={2} alignItems="flex-start">
        {ConfigEditor && (
          <ConfigEditor options={options as never /* what an editor reads */} onOptionsChange={setOptions} />
        )}
        <Button onClick={() => instance.testDatasource().then(setResult)}>Test</Button>
        {result && <Alert severity={result.status === 'success' ? 'success' : 'error'} title={result.message} />}
      </Stack>
    </HostPluginPage>
  );
}
