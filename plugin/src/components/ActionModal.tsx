import { Alert, Button, type ButtonVariant, Field, Modal, RadioButtonGroup, Stack, Text, TextArea } from '@grafana/ui';
import { type FormEvent, useId, useState } from 'react';
import type { RequestFailure } from '../api/requestFailure';
import { useAction } from '../data/useAction';
import { useMe } from '../data/useMe';
import { t } from '../i18n';
import type { ActionProps } from './ActionButton';

interface ActionModalProps extends ActionProps {
  readonly confirmLabel: string;
  readonly variant?: ButtonVariant;
  readonly onClose: () => void;
}

/** Shortest reason the collector takes. */
const shortestReason = 3;
/** An emergency has to be told in more than a word. */
const shortestEmergency = 10;

/** Says what an action will do, asks why, and does it. Stays open when the collector refuses, with what it said. */
export function ActionModal({
  verb,
  model,
  target = model,
  revision,
  title,
  explanation,
  body = {},
  choices = [],
  confirmLabel,
  variant,
  onClose,
}: ActionModalProps) {
  const { data: me } = useMe();
  const action = useAction();
  const [reason, setReason] = useState('');
  const [chosen, setChosen] = useState(() => choices.map(({ initial }) => initial));
  const [wasSubmitted, setSubmitted] = useState(false);
  const shortest = verb === 'break-glass' ? shortestEmergency : shortestReason;
  const isTooShort = reason.trim().length < shortest;

  function submit(event: FormEvent): void {
    event.preventDefault();
    setSubmitted(true);
    if (isTooShort) {
      return;
    }
    action.mutate(
      {
        verb,
        target,
        revision,
        body: {
          ...body,
          ...Object.assign({}, ...choices.map(({ toBody, initial }, index) => toBody(chosen[index] ?? initial))),
          [verb === 'acknowledge' ? 'comment' : 'reason']: reason.trim(),
        },
      },
      { onSuccess: onClose },
    );
  }

  return (
    <Modal isOpen title={title} onDismiss={onClose}>
      <form onSubmit={submit}>
        <Stack direction="column" gap={2}>
          <div>{explanation}</div>
          {choices.map(({ label, options }, index) => (
            <Field key={label} label={label} noMargin>
              <RadioButtonGroup
                options={[...options]}
                value={chosen[index]}
                onChange={(value) => setChosen((before) => before.with(index, value))}
              />
            </Field>
          ))}
          <ReasonField
            label={verb === 'acknowledge' ? t('action.comment', 'Comment') : t('action.reason', 'Reason')}
            value={reason}
            onChange={setReason}
            problem={
              wasSubmitted && isTooShort
                ? t('action.reason-short', 'Say why, in at least {{count}} characters', { count: shortest })
                : null
            }
          />
          {action.error && <Refused failure={action.error} />}
          <Text color="secondary" variant="bodySmall">
            {t('action.as', 'As {{name}} ({{role}}), on revision {{revision}}', {
              name: me?.name ?? '',
              role: me?.role ?? '',
              revision,
            })}
          </Text>
        </Stack>
        <Modal.ButtonRow>
          <Button variant="secondary" fill="outline" type="button" onClick={onClose}>
            {t('action.cancel', 'Cancel')}
          </Button>
          <Button type="submit" variant={variant} disabled={action.isPending}>
            {action.isPending ? t('action.sending', 'Sending...') : confirmLabel}
          </Button>
        </Modal.ButtonRow>
      </form>
    </Modal>
  );
}

interface ReasonFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (reason: string) => void;
  /** Why it will not do; `null` where it does. */
  readonly problem: string | null;
}

function ReasonField({ label, value, onChange, problem }: ReasonFieldProps) {
  const id = useId();
  return (
    <Field
      htmlFor={id}
      label={label}
      description={t('action.reason-kept', 'Kept in the audit trail with your name')}
      invalid={problem !== null}
      error={problem}
      noMargin
      required
    >
      <TextArea
        id={id}
        rows={3}
        maxLength={1_000}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
        autoFocus
      />
    </Field>
  );
}

/** What the collector said, and what to do about it. */
function Refused({ failure: { kind, message, code } }: { readonly failure: RequestFailure }) {
  const isStale = kind === 'stale';
  return (
    <Alert
      bottomSpacing={0}
      severity={isStale ? 'warning' : 'error'}
      title={
        isStale
          ? t('action.stale', 'Somebody changed it meanwhile. Its state has been read again: look, then decide again')
          : t('action.failed', 'Nothing was changed')
      }
    >
      {t('action.failure', '{{message}} ({{code}})', { message, code })}
    </Alert>
  );
}
