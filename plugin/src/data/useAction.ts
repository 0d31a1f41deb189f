import { AppEvents } from '@grafana/data';
import { getAppEvents } from '@grafana/runtime';
import type { ActionResult } from '@plumbline/collector/api';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRef } from 'react';
import { type ActionRequest, collector } from '../api/client';
import { newIdempotencyKey } from '../api/idempotencyKey';
import type { RequestFailure } from '../api/requestFailure';

export type Decision = Omit<ActionRequest, 'idempotencyKey'>;

/**
 * Takes a control action. Pressing again after a failure repeats the same decision under the same idempotency key; a
 * decision that was edited gets a new one. Whatever came of it, everything on the screen is read again.
 */
export function useAction() {
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
    onSettled: () => queryClient.invalidateQueries(),
  });
}
