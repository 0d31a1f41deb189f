/** Markdown in which nothing that came from outside is read as Markdown. */

const longestText = 500;

export function section(title: string, body: string): string {
  return `## ${title}\n\n${body}`;
}

/** Cells are words from outside; the heads are ours. `empty`: what stands there when there are no rows. */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  { empty = 'Nothing.' }: { readonly empty?: string } = {},
): string {
  if (rows.length === 0) return empty;
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map((row) => line(row.map(text)))].join('\n');
}

/**
 * Words that came from outside, as words: no markup, links, HTML, line breaks or characters that turn or hide text.
 * Addresses are shown and not linked.
 */
export function text(words: string): string {
  return words
    .slice(0, longestText)
    .replace(/\s+/g, ' ')
    .replace(/[\p{Cc}\p{Cf}]/gu, '')
    .replace(/[\\`*_{}[\]<>()#+!|~&-]/g, (character) => `\\${character}`)
    .replace(/:\/\//g, ':\\/\\/');
}
