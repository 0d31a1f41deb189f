import { Stack, Text } from '@grafana/ui';
import type { VersionDetail, VersionList } from '@plumbline/collector/api';
import { t } from '../../../i18n';
import { onItsWayBefore } from './unavailable';

interface StartExplanationProps {
  readonly list: VersionList;
  readonly version: VersionDetail;
  /** What happens when it starts. */
  readonly what: string;
}

/** What starting a version does, and what it means for another that is on its way. */
export function StartExplanation({ list, version, what }: StartExplanationProps) {
  const other = onItsWayBefore(list, version);
  return (
    <Stack direction="column" gap={1}>
      <Text>{what}</Text>
      {other !== undefined && (
        <Text color="warning">
          {list.newVersion === 'queue'
            ? t('start.queued', 'Version {{other}} is on its way: this one waits, and starts when that has ended.', {
                other,
              })
            : t('start.supersedes', 'Version {{other}} is on its way: it is rolled back, and this one starts.', {
                other,
              })}
        </Text>
      )}
    </Stack>
  );
}
