import { PanelChrome } from '@grafana/ui';
import type { ReactNode } from 'react';

interface PanelProps {
  readonly title: string;
  /** Explains what is shown, behind the title's information icon. */
  readonly description?: string;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

/** A titled part of a page, in the look of a dashboard panel, as high as its content. */
export function Panel({ title, description, actions, children }: PanelProps) {
  return (
    <PanelChrome title={title} description={description} actions={actions}>
      {children}
    </PanelChrome>
  );
}
