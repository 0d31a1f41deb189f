import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { collector } from '../api/client';

const pageSize = 50;

/** Batches of events that could not be read, the latest first; of one code, or of all. */
export function useDeadLetters(code: string | null) {
  return useInfiniteQuery({
    queryKey: ['dead-letters', 'list', code],
    queryFn: ({ pageParam }) =>
      collector.deadLetters({
        limit: pageSize,
        ...(code === null ? {} : { code }),
        ...(pageParam === null ? {} : { cursor: pageParam }),
      }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ nextCursor }) => nextCursor,
    placeholderData: keepPreviousData,
  });
}

/** Why batches could not be read, and how many of each still wait for another try. */
export function useDeadLetterCodes() {
  return useQuery({ queryKey: ['dead-letters', 'codes'], queryFn: () => collector.deadLetterCodes() });
}

/** One with its first bytes. They do not change. */
export function useDeadLetter(letter: string) {
  return useQuery({
    queryKey: ['dead-letters', 'one', letter],
    queryFn: () => collector.deadLetter(letter),
    refetchInterval: false,
  });
}
