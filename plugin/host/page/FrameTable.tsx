import { css } from '@emotion/css';
import { type DataFrame, formattedValueToString, getDisplayProcessor, getFieldDisplayName } from '@grafana/data';
import { config } from '@grafana/runtime';

/** Stands in for Grafana's own panels, which are in no package: frames as plain tables, formatted by their fields. */
export function FrameTable({ frames }: { readonly frames: readonly DataFrame[] }) {
  if (frames.every(({ length }) => length === 0)) {
    return <p>No data</p>;
  }
  return frames.map((frame, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: frames have no identity of their own
    <table key={index} className={style} aria-label={frame.name}>
      <thead>
        <tr>
          {frame.fields.map((field) => (
            <th key={field.name}>{getFieldDisplayName(field, frame, [...frames])}</th>
          ))}
        </tr>
      </thead>
      <tbody>
        {Array.from({ length: frame.length }, (_, row) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: rows have no identity of their own
          <tr key={row}>
            {frame.fields.map((field) => {
              const display = field.display ?? getDisplayProcessor({ field, theme: config.theme2 });
              const value: unknown = field.values[row];
              const text = value === null || value === undefined ? '' : formattedValueToString(display(value));
              const [link] = field.getLinks?.({ valueRowIndex: row }) ?? [];
              return <td key={field.name}>{link === undefined ? text : <a href={link.href}>{text}</a>}</td>;
            })}
          </tr>
        ))}
      </tbody>
    </table>
  ));
}

const style = css({
  display: 'block',
  overflowX: 'auto',
  '& th, & td': { padding: '2px 8px' },
  '& td': { whiteSpace: 'nowrap' },
});
