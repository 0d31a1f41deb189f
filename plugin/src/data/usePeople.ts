import { queryOptions, useQuery } from '@tanstack/react-query';
import { collector } from '../api/client';
import { namePeople } from '../format/people';

export const peopleQuery = queryOptions({
  queryKey: ['people'],
  async queryFn() {
    const people = await collector.people();
    namePeople(people);
    return people;
  },
});

/** Keeps what people are called up to date below the component that uses it. Without it they are shown by their subject. */
export function usePeople(): void {
  useQuery(peopleQuery);
}
