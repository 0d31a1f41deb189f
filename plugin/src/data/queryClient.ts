import { QueryClient } from '@tanstack/react-query';
import { pollInterval, pollMs } from './live';

/**
 * Pages poll while they are visible, seldom while the collector tells of changes. A failed request is not retried
 * behind the person's back: the page says so and the next poll, or the retry button, tries again.
 */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        retry: false,
        staleTime: pollMs - 1_000,
        refetchInterval: ({ state }) => pollInterval(state.status),
        networkMode: 'always',
      },
      mutations: { retry: false, networkMode: 'always' },
    },
  });
}
