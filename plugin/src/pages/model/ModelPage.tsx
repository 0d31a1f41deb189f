import { PluginPage } from '@grafana/runtime';
export function ModelPage() {
  return (
    <PluginPage>
      <p>soon</p>
    </PluginPage>
  );
}
