import { QueryClient } from '@tanstack/react-query';

/** How often what is on the screen is read again. */
export const refreshMs = 5_000;

/**
 * Pages poll while they are visible. A failed request is not retried behind the person's back: the page says so and
 * the next poll, or the retry button, tries again.
 */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: { retry: false, staleTime: refreshMs - 1_000, refetchInterval: refreshMs, networkMode: 'always' },
      mutations: { retry: false, networkMode: 'always' },
    },
  });
}
