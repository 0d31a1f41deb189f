import { QueryClientProvider } from '@tanstack/react-query';
import { useState } from 'react';
import { Navigate, Route, Routes } from 'react-router-dom';
import { createQueryClient } from './data/queryClient';
import { ModelPage } from './pages/model/ModelPage';
import { ModelsPage } from './pages/models/ModelsPage';
import { NotFoundPage } from './pages/NotFoundPage';

/** The app's pages. Everything that is shown stands in the address, so a link brings the same view back. */
export default function App() {
  const [queryClient] = useState(createQueryClient);
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
