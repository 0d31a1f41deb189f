import { PluginPage } from '@grafana/runtime';
import { NotFound } from '../components/FailureState';
import { t } from '../i18n';

/** An address that leads nowhere. */
export function NotFoundPage() {
  return (
    <PluginPage pageNav={{ text: t('not-found.title', 'Page not found') }}>
      <NotFound message={t('not-found.message', 'There is no page at this address')} />
    </PluginPage>
  );
}
