import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * Every text of the plugin by its id, from the calls of `t` in the sources: `npm run locales -w plugin` writes it where
 * Grafana and translators look for it. A test holds the file equal to the sources.
 */
const folder = fileURLToPath(new URL('.', import.meta.url));
export const englishFile = `${folder}src/locales/en-US/plumbline-models-app.json`;

/** Two literals, each on a line of its own or not: the id and what it says in English. */
const call = /\bt\(\s*('(?:[^'\\]|\\.)*')\s*,\s*('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")/g;

/** Texts by id, in the order of the ids. Throws when one id says two things. */
export function textsOfSources(): Record<string, string> {
  const texts = new Map<string, string>();
  for (const file of globSync('src/**/*.{ts,tsx}', { cwd: folder })) {
    if (/\.test\.tsx?$/.test(file)) continue;
    const source = readFileSync(folder + file, 'utf8');
    for (const [, id = '', text = ''] of source.matchAll(call)) {
      const [name, says] = [literal(id), literal(text)];
      const known = texts.get(name);
      if (known !== undefined && known !== says) {
        throw new Error(`${file}: the id "${name}" says "${says}", and elsewhere "${known}"`);
      }
      texts.set(name, says);
    }
  }
  return Object.fromEntries([...texts].sort(([left], [right]) => (left < right ? -1 : 1)));
}

/** Calls of `t` whose id or text is not written out: nobody could translate them. */
export function callsWithoutText(): string[] {
  return globSync('src/**/*.{ts,tsx}', { cwd: folder }).flatMap((file) => {
    if (/\.test\.tsx?$|i18n\.ts$/.test(file)) return [];
    const source = readFileSync(folder + file, 'utf8');
    const all = [...source.matchAll(/(?<![\w.])t\(/g)].length;
    return all === [...source.matchAll(call)].length ? [] : [file];
  });
}

function literal(quoted: string): string {
  return quoted.slice(1, -1).replace(/\\(.)/g, '$1');
}

if (import.meta.main) {
  mkdirSync(fileURLToPath(new URL('.', `file://${englishFile}`)), { recursive: true });
  writeFileSync(englishFile, `${JSON.stringify(textsOfSources(), null, 2)}\n`);
}
