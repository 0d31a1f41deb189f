import { PluginPage } from '@grafana/runtime';
import { Stack } from '@grafana/ui';
import { hrefTo } from '../../hrefTo';
import { t } from '../../i18n';
import { fleetPath } from '../../routing';
import { CollectorPanel } from './CollectorPanel';
import { PoliciesPanel } from './PoliciesPanel';
import { RolesPanel } from './RolesPanel';

/** What is in force: the collector and its state, who may do what, and the promises of every model. */
export function SettingsPage() {
  return (
    <PluginPage
      pageNav={{ text: t('settings.title', 'Settings'), url: hrefTo(fleetPath('settings')) }}
      subTitle={t('settings.subtitle', 'The collector, who may do what, and what its alarms promise')}
    >
      <Stack direction="column" gap={2}>
        <CollectorPanel />
        <RolesPanel />
        <PoliciesPanel />
      </Stack>
    </PluginPage>
  );
}
