import { Stack, Text } from '@grafana/ui';
import type { Alert } from '@plumbline/collector/api';
import { FindingList } from './FindingList';

/** What an alert says and what it groups; said once where the alert only repeats the worst of its findings. */
export function WhatIsWrong({ alert: { sentence, findings } }: { readonly alert: Alert }) {
  const isRepeated = findings.some((finding) => sentence.startsWith(finding.sentence));
  return (
    <Stack direction="column" gap={1.5}>
      {!isRepeated && <Text element="p">{sentence}</Text>}
      {findings.length > 0 && <FindingList findings={findings} />}
    </Stack>
  );
}
