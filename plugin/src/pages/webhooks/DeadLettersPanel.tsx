import { Button, RadioButtonGroup, Stack, Text } from '@grafana/ui';
import type { DeadLetterCodeList, DeadLetterDetail, DeadLetterList } from '@plumbline/collector/api';
import { useState } from 'react';
import { ActionButton } from '../../components/ActionButton';
import { Noted } from '../../components/Noted';
import { Panel } from '../../components/Panel';
import { PlainTable } from '../../components/PlainTable';
import { QueryState } from '../../components/QueryState';
import { ReadOlder } from '../../components/ReadOlder';
import { TimeText } from '../../components/TimeText';
import { useDeadLetter, useDeadLetterCodes, useDeadLetters } from '../../data/useDeadLetters';
import { formatActor } from '../../format/name';
import { formatCount } from '../../format/number';
import { formatTime } from '../../format/time';
import { t } from '../../i18n';
import { useParameter } from '../../useParameter';

type Letter = DeadLetterList['items'][number];

/** Batches of events that apps sent and the collector could not read: why, what was in them, and another try. */
export function DeadLettersPanel() {
  const [code, setCode] = useParameter('code');
  const { data: codes } = useDeadLetterCodes();
  const query = useDeadLetters(code);
  return (
    <Panel
      title={t('dead-letters.title', 'Dead letters')}
      description={t(
        'dead-letters.why',
        'Batches of events that could not be read. They are kept apart with the reason, so that they stop nobody.',
      )}
      actions={
        codes !== undefined && (code !== null || codes.items.length > 1) ? (
          <RadioButtonGroup
            size="sm"
            aria-label={t('dead-letters.code', 'Code')}
            value={code ?? ''}
            onChange={(value) => setCode(value)}
            options={[
              { value: '', label: t('dead-letters.all', 'All') },
              ...codes.items.map(({ code: value, kept }) => ({ value, label: `${value} (${formatCount(kept)})` })),
            ]}
          />
        ) : undefined
      }
    >
      <QueryState query={query} subject={t('dead-letters.subject', 'the dead letters')}>
        {({ items, total }) =>
          items.length === 0 ? (
            <Text color="secondary">
              {code === null
                ? t('dead-letters.none', 'Every batch of events could be read.')
                : t('dead-letters.none-match', 'None was refused as {{code}}.', { code })}
            </Text>
          ) : (
            <Stack direction="column" gap={1.5}>
              <Text>
                {t('dead-letters.total', '{{all}} in all, the latest first', {
                  all: formatCount(total),
                })}
              </Text>
              {codes?.items
                .filter((known) => known.waiting > 0 && (code === null || known.code === code))
                .map((known) => (
                  <ReplayCode key={known.code} code={known} />
                ))}
              <LettersTable letters={items} />
              <ReadOlder query={query} />
            </Stack>
          )
        }
      </QueryState>
    </Panel>
  );
}

function LettersTable({ letters }: { readonly letters: readonly Letter[] }) {
  return (
    <PlainTable
      label={t('dead-letters.title', 'Dead letters')}
      columns={[
        t('dead-letters.column.time', 'Time'),
        t('dead-letters.column.subject', 'Subject'),
        t('dead-letters.column.why', 'Why'),
        t('dead-letters.column.size', 'Size'),
        t('dead-letters.column.do', 'Actions'),
      ]}
      rows={letters.map((letter) => ({
        key: letter.id,
        cells: [
          <TimeText key="time" at={letter.at} />,
          letter.subject,
          <Noted key="why" note={letter.code}>
            <Text>{letter.reason}</Text>
          </Noted>,
          t('dead-letters.bytes', '{{bytes}} B', { bytes: formatCount(letter.bytes) }),
          <ReplayLetter key="do" letter={letter} />,
        ],
        below: <Content letter={letter.id} />,
      }))}
    />
  );
}

function ReplayLetter({ letter: { id, subject, replayed, revision } }: { readonly letter: Letter }) {
  return replayed === null ? (
    <ActionButton
      verb="replay-dead-letter"
      model={subject}
      target={id}
      revision={revision}
      size="sm"
      icon="sync"
      label={t('dead-letters.replay', 'Try again')}
      title={t('dead-letters.replay-title', 'Try again to read a batch of {{subject}}', { subject })}
      explanation={t(
        'dead-letters.replay-what',
        'It goes through the door it came by. What was counted already is not counted twice; what still cannot be read stays here.',
      )}
    />
  ) : (
    <Text color="secondary" variant="bodySmall">
      {t('dead-letters.replayed', 'Read again {{time}} by {{name}}', {
        time: formatTime(replayed.at),
        name: formatActor(replayed.by),
      })}
    </Text>
  );
}

function ReplayCode({ code: { code, waiting, revision } }: { readonly code: DeadLetterCodeList['items'][number] }) {
  return (
    <Stack direction="row" gap={1} alignItems="center" wrap="wrap">
      <ActionButton
        verb="replay-dead-letters"
        model={code}
        revision={revision}
        size="sm"
        icon="sync"
        label={t('dead-letters.replay-code', 'Try all {{code}} again', { code })}
        title={t('dead-letters.replay-code-title', 'Try again to read what was refused as {{code}}', { code })}
        explanation={t(
          'dead-letters.replay-code-what',
          'The oldest first, at most a hundred at a time, of {{waiting}} in all. Do it once the cause is mended, and press again for the next ones.',
          { waiting: formatCount(waiting) },
        )}
      />
      <Text color="secondary" variant="bodySmall">
        {t('dead-letters.waiting', '{{waiting}} waiting', { waiting: formatCount(waiting) })}
      </Text>
    </Stack>
  );
}

/** The first bytes: read only when somebody asks, because they are what an app sent. */
function Content({ letter }: { readonly letter: string }) {
  const [isOpen, setOpen] = useState(false);
  return isOpen ? (
    <LetterBytes letter={letter} />
  ) : (
    <Button size="sm" fill="text" variant="secondary" icon="eye" onClick={() => setOpen(true)}>
      {t('dead-letters.look', 'Look inside')}
    </Button>
  );
}

function LetterBytes({ letter }: { readonly letter: string }) {
  const query = useDeadLetter(letter);
  return (
    <QueryState query={query} subject={t('dead-letters.content', 'what is in the batch')}>
      {({ payload }) => <Payload payload={payload} />}
    </QueryState>
  );
}

function Payload({ payload }: Pick<DeadLetterDetail, 'payload'>) {
  if (payload === null) {
    return <Text color="secondary">{t('dead-letters.gone', 'The broker no longer has it.')}</Text>;
  }
  return (
    <Stack direction="column" gap={0.5}>
      <Text color="secondary" variant="bodySmall">
        {t('dead-letters.content-type', '{{type}}, {{bytes}} B', {
          type: payload.contentType ?? t('dead-letters.no-type', 'no content type'),
          bytes: formatCount(payload.bytes),
        })}
      </Text>
      <pre style={{ margin: 0, maxHeight: 240, overflow: 'auto', whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
        {payload.text ?? payload.hex}
        {payload.cut && '…'}
      </pre>
    </Stack>
  );
}
