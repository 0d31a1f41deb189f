import { infiniteQueryOptions, type QueryKey } from '@tanstack/react-query';

interface ListPage {
  readonly items: readonly unknown[];
  readonly nextCursor: string | null;
}

/** How a list is read that only grows: its latest page, and an older one whenever somebody asks. */
export function listQuery<Page extends ListPage>(
  queryKey: QueryKey,
  read: (cursor: string | undefined) => Promise<Page>,
) {
  return infiniteQueryOptions({
    queryKey,
    queryFn: ({ pageParam }) => read(pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor,
    select: ({ pages }) => ({
      ...pages[0]!,
      items: pages.flatMap(({ items }): Page['items'][number][] => [...items]),
    }),
  });
}
