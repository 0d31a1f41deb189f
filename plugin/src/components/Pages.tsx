import { Pagination, Stack, Text } from '@grafana/ui';
import { formatCount } from '../format/number';
import { t } from '../i18n';

interface PagesProps {
  /** From 1. */
  readonly page: number;
  readonly rows: number;
  readonly onNavigate: (page: number) => void;
}

/** Rows of a table that are shown at once. */
export const pageSize = 50;

/** The rows of a page, which is the last one where there are not so many. */
export function rowsOfPage<Row>(all: readonly Row[], page: number): { page: number; first: number; rows: Row[] } {
  const shown = Math.min(Math.max(1, page), pagesOf(all.length));
  const first = (shown - 1) * pageSize;
  return { page: shown, first, rows: all.slice(first, first + pageSize) };
}

/** Which rows of a long table are shown, and the way to the others; nothing where all are. */
export function Pages({ page, rows, onNavigate }: PagesProps) {
  const pages = pagesOf(rows);
  if (pages === 1) {
    return null;
  }
  const first = (page - 1) * pageSize;
  return (
    <Stack direction="row" gap={2} justifyContent="flex-end" alignItems="center" wrap="wrap">
      <Text color="secondary" variant="bodySmall" tabular>
        {t('pages.range', '{{first}} to {{last}} of {{all}}', {
          first: formatCount(first + 1),
          last: formatCount(Math.min(rows, first + pageSize)),
          all: formatCount(rows),
        })}
      </Text>
      <Pagination currentPage={page} numberOfPages={pages} onNavigate={onNavigate} />
    </Stack>
  );
}

function pagesOf(rows: number): number {
  return Math.max(1, Math.ceil(rows / pageSize));
}
