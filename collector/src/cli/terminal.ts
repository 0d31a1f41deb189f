/** Text for a terminal: tables and rows of bars. Pure strings; who writes decides whether colours are wanted. */

export interface Paint {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly red: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly green: (text: string) => string;
}

/** Colours when a person looks at the stream and has not asked for none (https://no-color.org). */
export function paintFor(stream: { readonly isTTY?: boolean }, environment: NodeJS.ProcessEnv): Paint {
  const wanted = stream.isTTY === true && !environment.NO_COLOR && environment.TERM !== 'dumb';
  const style = (code: number) => (text: string) => (wanted ? `\u001b[${code}m${text}\u001b[0m` : text);
  return { bold: style(1), dim: style(2), red: style(31), yellow: style(33), green: style(32) };
}

export interface TableColumn {
  readonly title: string;
  readonly align?: 'left' | 'right';
}

/** Columns as wide as their widest cell, two spaces apart. Colour codes do not count as width. */
export function table(columns: readonly TableColumn[], rows: readonly (readonly string[])[]): string {
  const all = [columns.map(({ title }) => title), ...rows];
  const widths = columns.map((_, index) => Math.max(...all.map((row) => visibleWidth(row[index] ?? ''))));
  const lines = all.map((row) =>
    columns
      .map(({ align }, index) => {
        const cell = row[index] ?? '';
        const fill = ' '.repeat(Math.max(0, (widths[index] ?? 0) - visibleWidth(cell)));
        return align === 'right' ? fill + cell : cell + fill;
      })
      .join('  ')
      .trimEnd(),
  );
  const rule = widths.map((width) => '─'.repeat(width)).join('  ');
  return [lines[0], rule, ...lines.slice(1)].join('\n');
}

const bars = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;

/**
 * One bar a window: `0` is the lowest bar, `full` and above the highest, `null` a dot. When there are more values than
 * `width`, each bar is the largest of its stretch, so that no peak disappears.
 */
export function barRow(values: readonly (number | null)[], full: number, width: number): string {
  return stretches(values, width)
    .map((value) => {
      if (value === null) return '·';
      const step = full > 0 ? Math.floor((value / full) * (bars.length - 1)) : 0;
      return bars[Math.max(0, Math.min(bars.length - 1, step))] ?? bars[0];
    })
    .join('');
}

/** At most `width` values; each the largest of its stretch, `null` where a whole stretch is. */
export function stretches(values: readonly (number | null)[], width: number): (number | null)[] {
  if (values.length <= width) return [...values];
  return Array.from({ length: width }, (_, index) => {
    const from = Math.floor((index * values.length) / width);
    const to = Math.floor(((index + 1) * values.length) / width);
    const known = values.slice(from, to).filter((value) => value !== null);
    return known.length === 0 ? null : Math.max(...known);
  });
}

/**
 * Text that came from a data file, safe to print: control characters, escape sequences and marks that reorder or hide
 * text are shown as what they are instead of obeyed.
 */
export function printable(text: string): string {
  return text.replace(unprintable, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return `\\u{${code.toString(16)}}`;
  });
}

const unprintable = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\u2028\u2029]/gu;

/** Columns a text takes: colour codes none, a wide (East Asian) character two. */
function visibleWidth(text: string): number {
  let width = 0;
  for (const character of text.replace(colourCode, '')) width += wide.test(character) ? 2 : 1;
  return width;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: a colour code starts with the escape character
const colourCode = /\u001b\[\d+m/g;
const wide =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\uff00-\uff60]/u;
