import type { QueryClient } from '@tanstack/react-query';
import { pageOfAddress } from '../routing';
import { alertsQuery } from './useAlerts';
import { meQuery } from './useMe';
import { modelQuery } from './useModel';
import { modelsQuery } from './useModels';
import { versionsQuery } from './useVersions';

/** Asks for what the page at an address needs, all at once, while the code of the page is still on its way. */
export function prefetchFor(queryClient: QueryClient, pathname: string): void {
  const address = pageOfAddress(pathname);
  if (address?.page !== 'models') {
    return;
  }
  const { id: model, tab } = address;
  if (model === null) {
    queryClient.prefetchQuery(modelsQuery);
    return;
  }
  queryClient.prefetchQuery(modelQuery(model));
  if (tab === 'overview') {
    queryClient.prefetchQuery(versionsQuery(model));
    queryClient.prefetchQuery(alertsQuery(model));
    queryClient.prefetchQuery(meQuery);
  }
}
