import { css } from '@emotion/css';
import type { ReactNode } from 'react';

interface PanelBodyProps {
  /** Pixels, as Grafana gives them to a panel. */
  readonly width: number;
  readonly height: number;
  readonly children: ReactNode;
}

/** The room of a panel. What is taller scrolls; nothing is cut off. */
export function PanelBody({ width, height, children }: PanelBodyProps) {
  return (
    <div className={style} style={{ width, height }}>
      {children}
    </div>
  );
}

const style = css({ overflow: 'auto' });
