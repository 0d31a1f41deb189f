import { Alert, LoadingPlaceholder, Stack } from '@grafana/ui';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { failureFrom } from '../api/failure';
import { formatClock } from '../format/time';
import { t } from '../i18n';
import { FailureState } from './FailureState';

interface QueryStateProps<T> {
  readonly query: Pick<UseQueryResult<T>, 'error' | 'isPending' | 'dataUpdatedAt' | 'isFetching'> & {
    readonly data: T | undefined;
    readonly refetch: () => unknown;
  };
  /** What is being read, for the messages: `the drift report`. */
  readonly subject: string;
  readonly children: (data: T) => ReactNode;
  /** Instead of a whole page's worth of "not found", where what is read is a part of a page. */
  readonly notFound?: (message: string) => ReactNode;
}

/**
 * The states every reading of the collector has: loading, failed with a way to retry, there; and there but old, because
 * the latest refresh failed.
 */
export function QueryState<T>({ query, subject, children, notFound }: QueryStateProps<T>) {
  const { data, error, isPending, refetch, dataUpdatedAt, isFetching } = query;
  if (isPending) {
    return <LoadingPlaceholder text={t('state.loading', 'Loading {{subject}}...', { subject })} />;
  }
  if (data === undefined) {
    const failure = failureFrom(error);
    if (failure.kind === 'not_found' && notFound !== undefined) {
      return notFound(failure.message);
    }
    return <FailureState failure={failure} subject={subject} onRetry={() => refetch()} isRetrying={isFetching} />;
  }
  if (error === null) {
    return children(data);
  }
  return (
    <Stack direction="column" gap={2}>
      <Alert
        bottomSpacing={0}
        severity="warning"
        title={t('state.old', 'This is from {{time}}: refreshing {{subject}} failed', {
          subject,
          time: formatClock(dataUpdatedAt),
        })}
        buttonContent={t('state.retry', 'Retry')}
        onRemove={() => refetch()}
      >
        {failureFrom(error).message}
      </Alert>
      {children(data)}
    </Stack>
  );
}
