import type { AppRootProps } from '@grafana/data';
import { LoadingPlaceholder } from '@grafana/ui';
import { QueryClientProvider } from '@tanstack/react-query';
import { lazy, Suspense, useEffect, useState } from 'react';
import { Navigate, Route, Routes } from 'react-router-dom';
import { startLiveUpdates } from './data/live';
import { prefetchFor } from './data/prefetch';
import { createQueryClient } from './data/queryClient';
import { usePeople } from './data/usePeople';
import { t } from './i18n';
import { pageCode } from './pageCode';
import { NotConfiguredPage } from './pages/NotConfiguredPage';
import { NotFoundPage } from './pages/NotFoundPage';
import { type AppSettings, settingsOf } from './settings';

const pages = (
  [
    ['models', pageCode.models],
    ['models/:model/:tab?', pageCode.model],
    ['alerts', pageCode.alerts],
    ['alerts/:alert', pageCode.alert],
    ['retrain', pageCode.retrain],
    ['webhooks', pageCode.webhooks],
    ['audit', pageCode.audit],
    ['settings', pageCode.settings],
  ] as const
).map(([path, code]) => [path, lazy(code)] as const);

/**
 * One for as long as the page of Grafana lives: who comes back from a dashboard sees at once what was there, and a first
 * rendering that React throws away has not asked in vain.
 */
const queryClient = createQueryClient();

/** The app's pages. Everything that is shown stands in the address, so a link brings the same view back. */
export default function App({ meta }: AppRootProps<AppSettings>) {
  const isConfigured = Boolean(settingsOf(meta).collectorUrl);
  useState(() => isConfigured && prefetchFor(queryClient, window.location.pathname));
  useEffect(() => (isConfigured ? startLiveUpdates(queryClient) : undefined), [isConfigured]);
  if (!isConfigured) {
    return <NotConfiguredPage />;
  }
  return (
    <QueryClientProvider client={queryClient}>
      <Suspense fallback={<LoadingPlaceholder text={t('app.loading', 'Loading...')} />}>
        <Pages />
      </Suspense>
    </QueryClientProvider>
  );
}

function Pages() {
  usePeople();
  return (
    <Routes>
      {pages.map(([path, Page]) => (
        <Route key={path} path={path} element={<Page />} />
      ))}
      <Route path="" element={<Navigate to="models" replace />} />
      <Route path="*" element={<NotFoundPage />} />
    </Routes>
  );
}
