import { useSyncExternalStore } from 'react';

/** Where a page stands, outermost first. Pages publish it, the top bar shows it. */
export type Breadcrumbs = readonly { readonly text: string; readonly url?: string }[];

let current: Breadcrumbs = [];
const listeners = new Set<() => void>();

export function publishBreadcrumbs(breadcrumbs: Breadcrumbs): void {
  current = breadcrumbs;
  for (const listener of listeners) {
    listener();
  }
}

export function useBreadcrumbs(): Breadcrumbs {
  return useSyncExternalStore(subscribe, () => current);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
