import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Makes the package that apps install: `npm run build -w sdk` writes it to `dist/`, and `npm pack ./sdk/dist` packs it.
 * Why it is a folder of its own: docs/decisions/3-package-folder.md.
 */
export function buildPackage(outFolder: string): void {
  rmSync(outFolder, { recursive: true, force: true });
  mkdirSync(outFolder, { recursive: true });
  // As package.json is written: every entry is a source file.
  const manifest = JSON.parse(readFileSync(join(sdkFolder, 'package.json'), 'utf8')) as WorkspaceManifest;
  for (const [format, options] of Object.entries(formats)) {
    compile(Object.values(manifest.exports), join(outFolder, format), options);
  }
  writeJson(join(outFolder, 'cjs', 'package.json'), { type: 'commonjs' });
  writeJson(join(outFolder, 'package.json'), publishedManifest(manifest));
  copyFileSync(join(sdkFolder, 'README.md'), join(outFolder, 'README.md'));
  mkdirSync(join(outFolder, 'docs'));
  // The pages the README links; decisions are for those who change the SDK.
  for (const page of readdirSync(join(sdkFolder, 'docs')).filter((name) => name.endsWith('.md'))) {
    copyFileSync(join(sdkFolder, 'docs', page), join(outFolder, 'docs', page));
  }
  copyFileSync(join(repositoryFolder, 'LICENSE'), join(outFolder, 'LICENSE'));
}

/** What the workspace's manifest says, as far as the build reads it. */
interface WorkspaceManifest {
  /** Entry of the package to its source file, as `./src/index.ts`. */
  readonly exports: Readonly<Record<string, string>>;
  readonly scripts: unknown;
  readonly devDependencies: unknown;
}

const sdkFolder = fileURLToPath(new URL('..', import.meta.url));
const repositoryFolder = resolve(sdkFolder, '..');

const formats = {
  esm: { module: 'nodenext', moduleResolution: 'nodenext' },
  // The sources lie below "type": "module", so that `nodenext` would write ESM; `commonjs` does not ask.
  cjs: { module: 'commonjs', moduleResolution: 'bundler', verbatimModuleSyntax: false },
};

/** Writes the entries, and whatever they import, as JavaScript with declarations. Tests and their helpers stay out. */
function compile(entries: readonly string[], outDir: string, format: object): void {
  const configuration = `${outDir}.tsconfig.json`;
  writeJson(configuration, {
    extends: join(repositoryFolder, 'tsconfig.json'),
    files: entries.map((entry) => join(sdkFolder, entry)),
    include: [],
    compilerOptions: {
      noEmit: false,
      noEmitOnError: true,
      declaration: true,
      rewriteRelativeImportExtensions: true,
      // What Node 20 has.
      target: 'es2023',
      lib: ['es2023'],
      rootDir: join(sdkFolder, 'src'),
      outDir,
      typeRoots: [join(repositoryFolder, 'node_modules', '@types')],
      ...format,
    },
  });
  const tsc = join(repositoryFolder, 'node_modules', '.bin', 'tsc');
  const { status, stdout, error } = spawnSync(tsc, ['-p', configuration], { encoding: 'utf8' });
  if (status !== 0) {
    throw new Error(`tsc could not write ${outDir}: ${error?.message ?? stdout}`);
  }
  rmSync(configuration);
}

/** The workspace's manifest with its entries turned from sources to what is built of them. */
function publishedManifest(manifest: WorkspaceManifest): object {
  const { scripts: _scripts, devDependencies: _devDependencies, ...kept } = manifest;
  const entries = Object.entries(manifest.exports).map(([entry, source]) => {
    const module = source.replace(/^\.\/src\//, '').replace(/\.ts$/, '');
    return { entry, module };
  });
  const built = (format: string, module: string) => ({
    types: `./${format}/${module}.d.ts`,
    default: `./${format}/${module}.js`,
  });
  return {
    ...kept,
    // `main`, `types` and `typesVersions` are for tools that do not read `exports`.
    main: './cjs/index.js',
    types: './cjs/index.d.ts',
    typesVersions: {
      '*': Object.fromEntries(
        entries.flatMap(({ entry, module }) => (entry === '.' ? [] : [[entry.slice(2), [`./cjs/${module}.d.ts`]]])),
      ),
    },
    exports: {
      ...Object.fromEntries(
        entries.map(({ entry, module }) => [entry, { import: built('esm', module), require: built('cjs', module) }]),
      ),
      './package.json': './package.json',
    },
    files: ['esm', 'cjs', 'docs'],
  };
}

function writeJson(path: string, value: unknown): void {
  writeFileSync(path, `${JSON.stringify(value, null, 2)}\n`);
}

if (import.meta.main) {
  buildPackage(join(sdkFolder, 'dist'));
}
