import { Stack, Text } from '@grafana/ui';
import type { ReactNode } from 'react';

/** Something with a quieter line below it, mostly in the cell of a table. */
export function Noted({ note, children }: { readonly note: NonNullable<ReactNode>; readonly children: ReactNode }) {
  return (
    <Stack direction="column" gap={0}>
      {children}
      <Text color="secondary" variant="bodySmall">
        {note}
      </Text>
    </Stack>
  );
}
