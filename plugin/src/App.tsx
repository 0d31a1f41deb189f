import type { AppRootProps } from '@grafana/data';
import { LoadingPlaceholder } from '@grafana/ui';
import { QueryClientProvider } from '@tanstack/react-query';
import { type ComponentType, lazy, Suspense, useEffect, useState } from 'react';
import { Navigate, Route, Routes } from 'react-router-dom';
import { startLiveUpdates } from './data/live';
import { prefetchFor } from './data/prefetch';
import { createQueryClient } from './data/queryClient';
import { t } from './i18n';
import { NotConfiguredPage } from './pages/NotConfiguredPage';
import { NotFoundPage } from './pages/NotFoundPage';
import { type AppSettings, settingsOf } from './settings';

/** A chunk each: a person mostly comes for one. */
const ModelsPage = lazy(async () => ({ default: (await import('./pages/models/ModelsPage')).ModelsPage }));
const ModelPage = lazy(async () => ({ default: (await import('./pages/model/ModelPage')).ModelPage }));
const AlertsPage = lazy(async () => ({ default: (await import('./pages/alerts/AlertsPage')).AlertsPage }));
const AlertPage = lazy(async () => ({ default: (await import('./pages/alerts/AlertPage')).AlertPage }));
const RetrainPage = lazy(async () => ({ default: (await import('./pages/retrain/RetrainPage')).RetrainPage }));
const WebhooksPage = lazy(async () => ({ default: (await import('./pages/webhooks/WebhooksPage')).WebhooksPage }));
const AuditPage = lazy(async () => ({ default: (await import('./pages/audit/AuditPage')).AuditPage }));
const SettingsPage = lazy(async () => ({ default: (await import('./pages/settings/SettingsPage')).SettingsPage }));

const pages: readonly (readonly [path: string, page: ComponentType])[] = [
  ['models', ModelsPage],
  ['models/:model/:tab?', ModelPage],
  ['alerts', AlertsPage],
  ['alerts/:alert', AlertPage],
  ['retrain', RetrainPage],
  ['webhooks', WebhooksPage],
  ['audit', AuditPage],
  ['settings', SettingsPage],
];

/** The app's pages. Everything that is shown stands in the address, so a link brings the same view back. */
export default function App({ meta }: AppRootProps<AppSettings>) {
  const isConfigured = Boolean(settingsOf(meta).collectorUrl);
  const [queryClient] = useState(() => {
    const client = createQueryClient();
    if (isConfigured) {
      prefetchFor(client, window.location.pathname);
    }
    return client;
  });
  useEffect(() => (isConfigured ? startLiveUpdates(queryClient) : undefined), [isConfigured, queryClient]);
  if (!isConfigured) {
    return <NotConfiguredPage />;
  }
  return (
    <QueryClientProvider client={queryClient}>
      <Suspense fallback={<LoadingPlaceholder text={t('app.loading', 'Loading...')} />}>
        <Routes>
          {pages.map(([path, Page]) => (
            <Route key={path} path={path} element={<Page />} />
          ))}
          <Route path="" element={<Navigate to="models" replace />} />
          <Route path="*" element={<NotFoundPage />} />
        </Routes>
      </Suspense>
    </QueryClientProvider>
  );
}
