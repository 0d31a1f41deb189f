import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { repositoryRoot } from '../setup/commands.mjs';

const read = (file: string) => readFileSync(join(repositoryRoot, file), 'utf8');

describe('the README', () => {
  const readme = read('README.md');

  it('shows the quickstart that the SDK runs as a test, word for word', () => {
    expect(readme).toContain(`\`\`\`ts\n${read('sdk/examples/quickstart.ts')}\`\`\``);
  });

  it('names only npm scripts that exist', () => {
    const { scripts } = JSON.parse(read('package.json')) as { readonly scripts: Readonly<Record<string, string>> }; // npm's own format
    const named = [...readme.matchAll(/npm (?:run )?([a-z:]+)/g)].flatMap(([, name]) => name ?? []);
    expect(named).toContain('demo');
    expect(named.filter((name) => scripts[name] === undefined)).toEqual([]);
  });

  it('leaves it to CONTRIBUTING to name every npm script', () => {
    const { scripts } = JSON.parse(read('package.json')) as { readonly scripts: Readonly<Record<string, string>> }; // npm's own format
    const named = [...read('CONTRIBUTING.md').matchAll(/`(?:npm (?:run )?)?([a-z:0-9]+)`/g)].map(([, name]) => name);
    expect(Object.keys(scripts).filter((name) => !named.includes(name))).toEqual([]);
  });

  it('links only to files that exist', () => {
    const links = [...readme.matchAll(/\]\((?!https?:)([^)#]+)\)/g)].flatMap(([, link]) => link ?? []);
    expect(links.length).toBeGreaterThan(3);
    expect(links.filter((link) => !existsSync(join(repositoryRoot, link)))).toEqual([]);
  });
});
