import { Button } from '@grafana/ui';
import { t } from '../i18n';

interface ReadOlderProps {
  readonly query: {
    readonly hasNextPage: boolean;
    readonly isFetchingNextPage: boolean;
    readonly fetchNextPage: () => unknown;
  };
}

/** The way to what is older than all that has been read; nothing where there is no more. */
export function ReadOlder({ query: { hasNextPage, isFetchingNextPage, fetchNextPage } }: ReadOlderProps) {
  return hasNextPage ? (
    <div>
      <Button size="sm" variant="secondary" disabled={isFetchingNextPage} onClick={() => fetchNextPage()}>
        {t('list.older', 'Read older ones')}
      </Button>
    </div>
  ) : null;
}
