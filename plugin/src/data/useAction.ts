import { AppEvents } from '@grafana/data';
import { getAppEvents } from '@grafana/runtime';
import type { ActionResult } from '@plumbline/collector/api';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRef } from 'react';
import { type ActionRequest, collector } from '../api/client';
import { newIdempotencyKey } from '../api/idempotencyKey';
import type { RequestFailure } from '../api/requestFailure';
import { modelKeys } from './modelKeys';

export type Decision = Omit<ActionRequest, 'idempotencyKey'>;

/**
 * Takes a control action on a model. Pressing again after a failure repeats the same decision under the same
 * idempotency key; a decision that was edited gets a new one.
 */
export function useAction(model: string) {
  const queryClient = useQueryClient();
  const last = useRef({ decision: '', key: '' });

  return useMutation<ActionResult, RequestFailure, Decision>({
    mutationFn: (decision) => {
      const fingerprint = JSON.stringify(decision);
      if (last.current.decision !== fingerprint) {
        last.current = { decision: fingerprint, key: newIdempotencyKey() };
      }
      return collector.act({ ...decision, idempotencyKey: last.current.key });
    },
    onSuccess: ({ text }) => {
      getAppEvents().publish({ type: AppEvents.alertSuccess.name, payload: [text] });
    },
    onSettled: () =>
      Promise.all([
        queryClient.invalidateQueries({ queryKey: modelKeys.all(model) }),
        queryClient.invalidateQueries({ queryKey: ['models'] }),
      ]),
  });
}
