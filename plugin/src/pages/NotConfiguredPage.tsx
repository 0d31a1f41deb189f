import { config, PluginPage } from '@grafana/runtime';
import { EmptyState, LinkButton, Text } from '@grafana/ui';
import { CONFIGURATION_PATH } from '../constants';
import { hrefTo } from '../hrefTo';
import { t } from '../i18n';
import { modelsPath } from '../routing';

/** Instead of every page while the app does not know where its collector is. */
export function NotConfiguredPage() {
  const { orgRole, isGrafanaAdmin } = config.bootData.user;
  const mayConfigure = orgRole === 'Admin' || isGrafanaAdmin;
  return (
    <PluginPage pageNav={{ text: t('models.title', 'Models'), url: hrefTo(modelsPath()) }}>
      <EmptyState
        variant="call-to-action"
        message={t('not-configured.title', 'No collector is connected yet')}
        button={
          mayConfigure ? (
            <LinkButton href={hrefTo(CONFIGURATION_PATH)} icon="cog">
              {t('not-configured.connect', 'Connect a collector')}
            </LinkButton>
          ) : undefined
        }
      >
        <Text>
          {mayConfigure
            ? t(
                'not-configured.how',
                'A Plumbline collector turns what your apps record into what is shown here. Tell this app where it listens, and the token that it expects from Grafana.',
              )
            : t(
                'not-configured.ask',
                'Ask an administrator of this Grafana to connect one in the settings of this app.',
              )}
        </Text>
      </EmptyState>
    </PluginPage>
  );
}
