import { Alert, Button, type ButtonVariant, Field, Modal, RadioButtonGroup, Stack, Text, TextArea } from '@grafana/ui';
import { type FormEvent, useId, useState } from 'react';
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
  const reasonId = useId();
  const { data: me } = useMe();
  const action = useAction();
  const [reason, setReason] = useState('');
  const [chosen, setChosen] = useState(() => choices.map(({ initial }) => initial));
  const [wasSubmitted, setSubmitted] = useState(false);
  const shortest = verb === 'break-glass' ? shortestEmergency : shortestReason;
  const isTooShort = reason.trim().length < shortest;
  const isInvalid = wasSubmitted && isTooShort;

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
          <Field
            htmlFor={reasonId}
            label={verb === 'acknowledge' ? t('action.comment', 'Comment') : t('action.reason', 'Reason')}
            description={t('action.reason-kept', 'Kept in the audit trail with your name')}
            invalid={isInvalid}
            error={
              isInvalid
                ? t('action.reason-short', 'Say why, in at least {{count}} characters', { count: shortest })
                : undefined
            }
            noMargin
            required
          >
            <TextArea
              id={reasonId}
              rows={3}
              maxLength={1_000}
              value={reason}
              onChange={(event) => setReason(event.currentTarget.value)}
              autoFocus
            />
          </Field>
          {action.error && (
            <Alert
              bottomSpacing={0}
              severity={action.error.kind === 'stale' ? 'warning' : 'error'}
              title={
                action.error.kind === 'stale'
                  ? t(
                      'action.stale',
                      'Somebody changed it meanwhile. Its state has been read again: look, then decide again',
                    )
                  : t('action.failed', 'Nothing was changed')
              }
            >
              {t('action.failure', '{{message}} ({{code}})', {
                message: action.error.message,
                code: action.error.code,
              })}
            </Alert>
          )}
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
