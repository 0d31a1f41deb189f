import { Button, type ButtonVariant, type ComponentSize, type IconName } from '@grafana/ui';
import type { Verb } from '@plumbline/collector/api';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { refusalOf } from '../access';
import { useMe } from '../data/useMe';
import { ActionModal } from './ActionModal';

export interface ActionProps {
  readonly verb: Verb;
  readonly model: string;
  /** What the verb acts on: the model itself unless given. */
  readonly target?: string;
  /** Revision of the target as this page shows it. */
  readonly revision: number;
  /** What the person is asked to confirm: `Roll back credit-risk to version 1`. */
  readonly title: string;
  /** What will happen, and to whom. */
  readonly explanation: ReactNode;
  readonly body?: Readonly<Record<string, string | number>>;
  /** Numbers the person chooses, beside the reason. */
  readonly choices?: readonly ActionChoice[];
}

export interface ActionChoice {
  readonly label: string;
  readonly initial: number;
  readonly options: readonly { readonly value: number; readonly label: string }[];
  /** What the chosen number becomes in the request. */
  readonly toBody: (value: number) => Readonly<Record<string, string | number>>;
}

interface ActionButtonProps extends ActionProps {
  readonly label: string;
  readonly icon?: IconName;
  readonly variant?: ButtonVariant;
  readonly size?: ComponentSize;
  /** Why it makes no sense now, whoever asks; null when it does. */
  readonly unavailable?: string | null;
}

/** A control action: disabled with the reason why not, or asking for the reason to do it. */
export function ActionButton({
  label,
  icon,
  variant = 'secondary',
  size,
  unavailable = null,
  ...action
}: ActionButtonProps) {
  const [isOpen, setOpen] = useState(false);
  const button = useFocusAfter<HTMLButtonElement>(isOpen);
  const { data: me } = useMe();
  const refusal = refusalOf(action.verb, me) ?? unavailable;
  return (
    <>
      <Button
        ref={button}
        icon={icon}
        variant={variant}
        size={size}
        disabled={refusal !== null}
        tooltip={refusal ?? undefined}
        onClick={() => setOpen(true)}
      >
        {label}
      </Button>
      {isOpen && <ActionModal {...action} confirmLabel={label} variant={variant} onClose={() => setOpen(false)} />}
    </>
  );
}

/** Who closes a dialog goes on from where it was opened: by itself the focus would be at the start of the page. */
function useFocusAfter<T extends HTMLElement>(isOpen: boolean) {
  const element = useRef<T>(null);
  const wasOpen = useRef(false);
  useEffect(() => {
    if (wasOpen.current && !isOpen) {
      element.current?.focus();
    }
    wasOpen.current = isOpen;
  }, [isOpen]);
  return element;
}
