import type { AppRootProps } from '@grafana/data';
import { QueryClientProvider } from '@tanstack/react-query';
import { useState } from 'react';
import { Navigate, Route, Routes } from 'react-router-dom';
import { createQueryClient } from './data/queryClient';
import { ModelPage } from './pages/model/ModelPage';
import { ModelsPage } from './pages/models/ModelsPage';
import { NotConfiguredPage } from './pages/NotConfiguredPage';
import { NotFoundPage } from './pages/NotFoundPage';
import { type AppSettings, settingsOf } from './settings';

/** The app's pages. Everything that is shown stands in the address, so a link brings the same view back. */
export default function App({ meta }: AppRootProps<AppSettings>) {
  const [queryClient] = useState(createQueryClient);
  if (!settingsOf(meta).collectorUrl) {
    return <NotConfiguredPage />;
  }
  return (
    <QueryClientProvider client={queryClient}>
      <Routes>
        <Route path="models" element={<ModelsPage />} />
        <Route path="models/:model/:tab?" element={<ModelPage />} />
        <Route path="" element={<Navigate to="models" replace />} />
        <Route path="*" element={<NotFoundPage />} />
      </Routes>
    </QueryClientProvider>
  );
}
