import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, resolve } from 'node:path';
import { LineCounter, parseDocument } from 'yaml';
import { cannotRead, PlumblineError } from '../errors.ts';
import { resolveEnvironment } from './environment.ts';
import { meaningProblems } from './meaning.ts';
import { lineOf, type Path, problemsOf, type SettingsProblem } from './problems.ts';
import { type PlumblineSettings, plumblineSettings } from './settings.ts';

export interface LoadOptions {
  /** Where `env:NAME` is looked up; default: the environment of this process. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/**
 * Reads `plumbline.yaml`. Paths in it are relative to the file. Throws `BAD_CONFIG` whose message has one line a
 * problem: file, line, path and what is wrong; `details.problems` holds the same as data.
 */
export async function loadSettings(path: string, options: LoadOptions = {}): Promise<PlumblineSettings> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new PlumblineError('BAD_CONFIG', cannotRead(path, cause), { cause });
  });
  return parseSettings(text, { ...options, file: path });
}

/** The settings of a collector without a file, with paths relative to the working folder. */
export function defaultSettings({ environment = process.env }: LoadOptions = {}): PlumblineSettings {
  return withStoreOf(environment, plumblineSettings.parse({}));
}

/** Settings from YAML text. `file` names it in messages and is what its relative paths start from. */
export function parseSettings(text: string, options: LoadOptions & { readonly file: string }): PlumblineSettings {
  const { file } = options;
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const place = (path: Path) => lineOf(document, lines, path);
  const [unreadable] = [...document.errors, ...document.warnings];
  if (unreadable !== undefined) {
    const { line } = lines.linePos(unreadable.pos[0]);
    refuse(file, [{ path: '', line, message: unreadable.message }]);
  }

  const { value, problems: unset } = resolveEnvironment(
    toPlainData(document, file),
    options.environment ?? process.env,
  );
  // An empty file is a file of defaults.
  const parsed = plumblineSettings.safeParse(value ?? {});
  if (!parsed.success || unset.length > 0) {
    refuse(file, [...problemsOf(unset, place), ...problemsOf(parsed.error?.issues ?? [], place)]);
  }
  const meaning = meaningProblems(parsed.data);
  if (meaning.length > 0) {
    refuse(file, problemsOf(meaning, place));
  }
  return withStoreOf(options.environment ?? process.env, withPathsFrom(dirname(file), parsed.data));
}

/** `PLUMBLINE_STORE` wins over the file: an address of a PostgreSQL, or a SQLite file from the working folder. */
function withStoreOf({ PLUMBLINE_STORE: named }: NonNullable<LoadOptions['environment']>, settings: PlumblineSettings) {
  if (named === undefined || named === '') return settings;
  const isAddress = /^postgres(ql)?:\/\//.test(named);
  const store = isAddress ? { postgres: named } : { sqlite: named };
  return { ...settings, collector: { ...settings.collector, store } };
}

/** Anchors and aliases are resolved; an alias bomb is refused by the parser. */
function toPlainData(document: ReturnType<typeof parseDocument>, file: string): unknown {
  try {
    return document.toJS();
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    return refuse(file, [{ path: '', line: 1, message }]);
  }
}

function refuse(file: string, problems: readonly SettingsProblem[]): never {
  const sorted = [...problems].sort((a, b) => a.line - b.line);
  const text = sorted.map(({ line, path, message }) => `${file}:${line}: ${path === '' ? '' : `${path}: `}${message}`);
  throw new PlumblineError('BAD_CONFIG', text.join('\n'), { details: { file, problems: sorted } });
}

function withPathsFrom(folder: string, settings: PlumblineSettings): PlumblineSettings {
  const from = (path: string) => (path === ':memory:' || isAbsolute(path) ? path : resolve(folder, path));
  const { collector } = settings;
  return {
    ...settings,
    collector: {
      ...collector,
      store: 'sqlite' in collector.store ? { sqlite: from(collector.store.sqlite) } : collector.store,
      artefacts: from(collector.artefacts),
    },
    models: settings.models.map((model) =>
      'file' in model.reference ? { ...model, reference: { file: from(model.reference.file) } } : model,
    ),
  };
}
