import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';

const folder = fileURLToPath(new URL('..', import.meta.url));
const sources = globSync('src/**/*.{ts,tsx}', { cwd: folder })
  .filter((file) => !/\.test\.tsx?$/.test(file))
  .map((file) => ({ file, text: readFileSync(folder + file, 'utf8') }));

const filesWith = (pattern: RegExp) => sources.filter(({ text }) => pattern.test(text)).map(({ file }) => file);

describe('the sources of the plugin', () => {
  it('have no colours of their own: all come from the theme', () => {
    expect(filesWith(/#[0-9a-f]{3,8}\b(?=['"`;,)\s])|\brgba?\(|\bhsla?\(/i)).toEqual([]);
  });

  it('say nothing to the console', () => {
    expect(filesWith(/\bconsole\./)).toEqual([]);
  });

  it('put no HTML of anybody into a page', () => {
    expect(filesWith(/dangerouslySetInnerHTML|innerHTML/)).toEqual([]);
  });
});

describe('the built plugin', () => {
  it('loads at most 30 kB before a page is asked for', () => {
    const bytes = gzipSync(readFileSync(`${folder}dist/module.js`)).length;
    expect(bytes).toBeLessThanOrEqual(30_000);
  });

  it('has each page and each tab in a chunk of its own', () => {
    expect(globSync('dist/*.js', { cwd: folder }).length).toBeGreaterThanOrEqual(15);
  });
});
