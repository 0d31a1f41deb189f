import { css } from '@emotion/css';
import { Text } from '@grafana/ui';

/** Says, in the middle of a panel, why there is nothing to draw and what would change that. */
export function PanelMessage({ text }: { readonly text: string }) {
  return (
    <div className={style}>
      <Text color="secondary" textAlignment="center">
        {text}
      </Text>
    </div>
  );
}

const style = css({ display: 'flex', alignItems: 'center', justifyContent: 'center', height: '100%' });
