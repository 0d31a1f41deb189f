import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { collector } from '../api/client';
import { listQuery } from './listQuery';

/** Batches of events that could not be read, the latest first; of one code, or of all. */
export function useDeadLetters(code: string | null) {
  return useInfiniteQuery({
    ...listQuery(['dead-letters', 'list', code], (cursor) =>
      collector.deadLetters({ code: code ?? undefined, cursor }),
    ),
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
