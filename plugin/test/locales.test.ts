import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { callsWithoutText, englishFile, textsOfSources } from '../locales.ts';
import plugin from '../src/plugin.json' with { type: 'json' };

it('every text of the pages is in the file that translators start from (npm run locales -w plugin)', () => {
  expect(JSON.parse(readFileSync(englishFile, 'utf8'))).toEqual(textsOfSources());
});

it('no text is put together where it cannot be translated', () => {
  expect(callsWithoutText()).toEqual([]);
});

it('the languages of plugin.json have their files', () => {
  for (const language of plugin.languages) {
    const file = englishFile.replace('en-US', language);
    expect(Object.keys(JSON.parse(readFileSync(file, 'utf8'))).length).toBeGreaterThan(100);
  }
});
