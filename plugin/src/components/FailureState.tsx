import { Alert, Button, EmptyState, LinkButton, Stack, Text } from '@grafana/ui';
import type { RequestFailure } from '../api/requestFailure';
import { PLUGIN_ID } from '../constants';
import { hrefTo } from '../hrefTo';
import { t } from '../i18n';
import { modelsPath } from '../routing';

interface FailureStateProps {
  readonly failure: RequestFailure;
  readonly subject: string;
  readonly onRetry: () => void;
  readonly isRetrying: boolean;
}

/** What a page shows instead of its content: missing permission, missing thing, or a collector that does not answer. */
export function FailureState({ failure, subject, onRetry, isRetrying }: FailureStateProps) {
  switch (failure.kind) {
    case 'forbidden':
      return <Unauthorised failure={failure} subject={subject} />;
    case 'not_found':
      return (
        <NotFound message={t('state.not-found', 'There is no such thing as {{subject}}', { subject })}>
          {failure.message}
        </NotFound>
      );
    default:
      return (
        <Alert
          bottomSpacing={0}
          severity="error"
          title={
            failure.kind === 'unreachable'
              ? t('state.unreachable', 'The collector cannot be reached')
              : t('state.failed', 'The collector could not read {{subject}}', { subject })
          }
        >
          <Stack direction="column" gap={1} alignItems="flex-start">
            <Text>{failure.message}</Text>
            <Text color="secondary" variant="bodySmall">
              {failure.code}
            </Text>
            <Button variant="secondary" icon="sync" onClick={onRetry} disabled={isRetrying}>
              {t('state.retry', 'Retry')}
            </Button>
          </Stack>
        </Alert>
      );
  }
}

/** Names what is missing, so that the person knows what to ask for. */
function Unauthorised({ failure, subject }: Pick<FailureStateProps, 'failure' | 'subject'>) {
  const permission = `${PLUGIN_ID}.models:read`;
  return (
    <Alert
      bottomSpacing={0}
      severity="warning"
      title={t('state.forbidden', 'You may not see {{subject}}', { subject })}
    >
      <Stack direction="column" gap={1}>
        <Text>{failure.message}</Text>
        <Text color="secondary" variant="bodySmall">
          {t('state.forbidden-ask', 'Ask an administrator for the Grafana permission {{permission}}. ({{code}})', {
            permission,
            code: failure.code,
          })}
        </Text>
      </Stack>
    </Alert>
  );
}

export function NotFound({ message, children }: { readonly message: string; readonly children?: string }) {
  return (
    <EmptyState
      variant="not-found"
      message={message}
      button={
        <LinkButton href={hrefTo(modelsPath())} icon="arrow-left" variant="secondary">
          {t('state.to-models', 'All models')}
        </LinkButton>
      }
    >
      {children}
    </EmptyState>
  );
}
