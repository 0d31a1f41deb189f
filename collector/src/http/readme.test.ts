import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parseSettings, plumblineSettings } from '../config/index.ts';
import { errorCodes } from '../errors.ts';
import { routes } from './routes/index.ts';

const file = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');
const readme = file('README.md');

describe("the collector's README", () => {
  it('lists every path of the API, and no other', () => {
    const listed = [...readme.matchAll(/`((?:GET|POST|PUT) \/[^`<?]*)`/g)].map(([, path]) => path);
    const served = routes.map(({ method, path }) => `${method} ${path}`);
    expect([...new Set(listed)].sort()).toEqual(served.sort());
  });

  it('lists every error code with its status', () => {
    const listed = [...readme.matchAll(/^\| `([A-Z_]+)` \| (\d+) \|/gm)].map(([, code, status]) => [
      code,
      Number(status),
    ]);
    const known = Object.entries(errorCodes).map(([code, { status }]) => [code, status]);
    expect(listed.sort()).toEqual(known.sort());
  });
});

describe('the example settings', () => {
  const text = file('plumbline.example.yaml');

  it('load', () => {
    const environment = Object.fromEntries(
      [...text.matchAll(/env:(\w+)/g)].map(([, name]) => [
        name,
        name?.endsWith('_URL')
          ? 'https://example.com/'
          : `whsec_${Buffer.from(`secret of ${name} `.repeat(3)).toString('base64').slice(0, 44)}`,
      ]),
    );
    expect(parseSettings(text, { file: 'plumbline.example.yaml', environment }).models).toHaveLength(1);
  });

  it('name every setting there is', () => {
    const settings: unknown = parse(text);
    const defaults = plumblineSettings.parse({ models: [{ name: 'x' }] });
    expect(keysMissing(defaults, settings)).toEqual([]);
  });
});

/** Paths of keys that `wanted` has and `found` does not; of a list the first item counts. */
function keysMissing(wanted: unknown, found: unknown, path = ''): string[] {
  if (Array.isArray(wanted)) {
    return wanted.length === 0 ? [] : keysMissing(wanted[0], Array.isArray(found) ? found[0] : undefined, `${path}[0]`);
  }
  if (wanted === null || typeof wanted !== 'object') {
    return [];
  }
  // Just found to be an object; its keys are looked up, nothing is assumed of its values.
  const fields = (found !== null && typeof found === 'object' ? found : {}) as Record<string, unknown>;
  return Object.entries(wanted).flatMap(([key, value]) =>
    key in fields ? keysMissing(value, fields[key], `${path}.${key}`) : [`${path}.${key}`],
  );
}
