import { describe, expect, test } from 'vitest';
import { createProgress, progressLine } from './progress.ts';
import { barRow, paintFor, printable, stretches, table } from './terminal.ts';

describe('table', () => {
  test('aligns columns to their widest cell, whatever the colours', () => {
    const paint = paintFor({ isTTY: true }, {});
    const text = table(
      [{ title: 'name' }, { title: 'n', align: 'right' }],
      [
        [paint.red('income'), '12'],
        ['年齢', '1,204'],
      ],
    );
    // biome-ignore lint/suspicious/noControlCharactersInRegex: strips the colours
    expect(text.replace(/\u001b\[\d+m/g, '').split('\n')).toEqual([
      'name        n',
      '──────  ─────',
      'income     12',
      '年齢    1,204',
    ]);
  });

  test('a stream nobody looks at, or a person who set NO_COLOR, gets no colour codes', () => {
    expect(paintFor({ isTTY: false }, {}).red('x')).toBe('x');
    expect(paintFor({ isTTY: true }, { NO_COLOR: '1' }).red('x')).toBe('x');
    expect(paintFor({ isTTY: true }, {}).red('x')).not.toBe('x');
  });
});

describe('bar rows', () => {
  test('the lowest bar is nothing, the highest is the alarm level and everything beyond it', () => {
    expect(barRow([0, 0.5, 0.999, 1, 9.99, null], 1, 80)).toBe('▁▄▇██·');
  });

  test('a row longer than the terminal keeps its peaks', () => {
    const values = Array.from({ length: 1_000 }, (_, index) => (index === 777 ? 1 : 0));
    const row = barRow(values, 1, 40);
    expect(row).toHaveLength(40);
    expect([...row].filter((bar) => bar === '█')).toHaveLength(1);
    expect(stretches([null, null, 3, null], 2)).toEqual([null, 3]);
  });
});

test('text from a data file cannot drive the terminal', () => {
  expect(printable('a\u001b[31mred\u202egnp\u200b\nx')).toBe('a\\u{1b}[31mred\\u{202e}gnp\\u{200b}\\u{a}x');
  expect(printable('Zürich 年齢')).toBe('Zürich 年齢');
});

describe('progress', () => {
  test('draws at most ten times a second and clears its line', () => {
    const written: string[] = [];
    let now = 0;
    const progress = createProgress({ isTTY: true, columns: 60, write: (text) => written.push(text) }, () => now);
    for (now = 0; now < 1_000; now += 10) progress.show(now, 1_000, 'rows');
    expect(written).toHaveLength(10);
    expect(written.every((line) => line.length <= 60 + '\r\u001b[K'.length)).toBe(true);
    progress.clear();
    expect(written.at(-1)).toBe('\r\u001b[K');
  });

  test('writes nothing into a pipe', () => {
    const written: string[] = [];
    const progress = createProgress({ write: (text) => written.push(text) }, () => 0);
    progress.show(1, 2, 'rows');
    progress.clear();
    expect(written).toEqual([]);
  });

  test('draws a whole line on a terminal that does not know its width', () => {
    const written: string[] = [];
    createProgress({ isTTY: true, columns: 0, write: (text) => written.push(text) }, () => 0).show(1, 2, 'rows');
    expect(written[0]).toContain('50 %  rows');
  });

  test('survives an empty file', () => {
    expect(progressLine(0, 0, '')).toContain('  0 %');
  });
});
