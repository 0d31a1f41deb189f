import { css } from '@emotion/css';
import { AppEvents, type GrafanaTheme2 } from '@grafana/data';
import { Alert, type AlertVariant, useStyles2 } from '@grafana/ui';
import { useEffect, useState } from 'react';
import { appEvents } from './services';

interface Toast {
  readonly id: number;
  readonly severity: AlertVariant;
  readonly title: string;
}

const kinds = [
  ['success', AppEvents.alertSuccess],
  ['warning', AppEvents.alertWarning],
  ['error', AppEvents.alertError],
  ['info', AppEvents.alertInfo],
] as const;
const shownMs = 6_000;
let nextId = 0;

/** Short messages in the corner, published by plugins on the event bus. */
export function Toasts() {
  const styles = useStyles2(getStyles);
  const [toasts, setToasts] = useState<readonly Toast[]>([]);
  useEffect(() => {
    const subscriptions = kinds.map(([severity, type]) =>
      appEvents.getStream({ type: type.name } as never /* matched by type name alone */).subscribe((event) => {
        const [title] = (event as { payload?: unknown[] }).payload ?? [];
        const toast = { id: nextId++, severity, title: String(title) };
        setToasts((shown) => [...shown, toast]);
        setTimeout(() => setToasts((shown) => shown.filter(({ id }) => id !== toast.id)), shownMs);
      }),
    );
    return () => {
      for (const subscription of subscriptions) {
        subscription.unsubscribe();
      }
    };
  }, []);

  return (
    <div className={styles.stack} role="status">
      {toasts.map(({ id, severity, title }) => (
        <Alert key={id} severity={severity} title={title} elevated />
      ))}
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  stack: css({
    position: 'fixed',
    top: theme.spacing(6),
    right: theme.spacing(2),
    width: theme.spacing(50),
    zIndex: theme.zIndex.portal,
  }),
});
