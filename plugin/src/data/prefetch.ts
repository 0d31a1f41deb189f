import type { QueryClient } from '@tanstack/react-query';
import { modelsPath } from '../routing';
import { modelQuery } from './useModel';
import { modelsQuery } from './useModels';

/** Asks for what the page at an address needs, while the code of the page is still on its way. */
export function prefetchFor(queryClient: QueryClient, pathname: string): void {
  const [, page] = pathname.split(modelsPath());
  if (page === '' || page === '/') {
    queryClient.prefetchQuery(modelsQuery);
    return;
  }
  const model = page?.match(/^\/([^/]+)/)?.[1];
  if (model !== undefined) {
    queryClient.prefetchQuery(modelQuery(decoded(model)));
  }
}

/** An address that a person typed may hold a broken escape: then the page says so, not this. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
