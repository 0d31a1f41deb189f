import { LinkButton, LoadingPlaceholder, Stack } from '@grafana/ui';
import { QueryClientProvider } from '@tanstack/react-query';
import { useState } from 'react';
import { HealthBadge } from '../components/badges';
import { createQueryClient } from '../data/queryClient';
import { useModel } from '../data/useModel';
import { hrefTo } from '../hrefTo';
import { t } from '../i18n';
import { modelPath } from '../routing';
import type { ModelStatusProps } from './modelStatusProps';

/** How a model is, in a badge that leads to it. For pages of other plugins, which know nothing of our collector. */
export default function ModelStatus(props: ModelStatusProps) {
  const [queryClient] = useState(createQueryClient);
  return (
    <QueryClientProvider client={queryClient}>
      <Status {...props} />
    </QueryClientProvider>
  );
}

function Status({ model }: ModelStatusProps) {
  const { data, error } = useModel(model);
  if (data === undefined && error === null) {
    return <LoadingPlaceholder text={t('app.loading', 'Loading...')} />;
  }
  return (
    <Stack direction="row" gap={0.5} alignItems="center">
      <HealthBadge health={data?.health.overall ?? 'error'} tooltip={error?.message} />
      <LinkButton size="sm" fill="text" variant="secondary" href={hrefTo(modelPath(model))}>
        {model}
      </LinkButton>
    </Stack>
  );
}
