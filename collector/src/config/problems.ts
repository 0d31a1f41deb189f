import { isCollection, type LineCounter, type Document as YamlDocument } from 'yaml';
import type { z } from 'zod';

export type Path = readonly PropertyKey[];

/** A problem found in plain data, before it is known where the file says it. */
export interface PathProblem {
  readonly path: Path;
  readonly message: string;
}

/** One thing wrong with a settings file. */
export interface SettingsProblem {
  /** `models[0].window` */
  readonly path: string;
  /** 1 is the first line. */
  readonly line: number;
  readonly message: string;
}

type Issue = z.core.$ZodIssue;

/** Issues of a schema, or problems found otherwise, as lines of the file. */
export function problemsOf(
  issues: readonly (Issue | PathProblem)[],
  lineOf: (path: Path) => number,
): SettingsProblem[] {
  return issues.flatMap((issue) =>
    explain(issue).map(({ path, message }) => ({ path: pathText(path), line: lineOf(path), message })),
  );
}

/** Line of the deepest part of a path that the file really holds: a missing key is reported where its parent is. */
export function lineOf(document: YamlDocument.Parsed, lines: LineCounter, path: Path): number {
  for (let length = path.length; length > 0; length -= 1) {
    const parent = document.getIn(path.slice(0, length - 1), true);
    const key = path[length - 1];
    if (isCollection(parent) && parent.has(key)) {
      const pair = parent.items.find((item) => isPairWithKey(item, key));
      const offset = keyOffset(pair) ?? rangeStart(parent.get(key, true));
      if (offset !== undefined) {
        return lines.linePos(offset).line;
      }
    }
  }
  return 1;
}

/** `models[0].window` */
function pathText(path: Path): string {
  return path
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index === 0 ? '' : '.'}${String(part)}`))
    .join('');
}

function explain(issue: Issue | PathProblem): PathProblem[] {
  if (!('code' in issue)) {
    return [issue];
  }
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: [...issue.path, key], message: 'unknown setting; is it misspelt?' }));
  }
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    // The branch with the fewest complaints is the one that was meant.
    const [closest] = [...issue.errors].sort((a, b) => a.length - b.length);
    return (closest ?? []).flatMap((inner) => explain({ ...inner, path: [...issue.path, ...inner.path] }));
  }
  const quote =
    issue.code === 'invalid_type' && issue.expected === 'string' && / (number|boolean)$/.test(issue.message);
  return [{ path: issue.path, message: quote ? `${issue.message}; write it in quotes` : issue.message }];
}

function isPairWithKey(item: unknown, key: PropertyKey | undefined): boolean {
  return item !== null && typeof item === 'object' && 'key' in item && String(item.key) === String(key);
}

function keyOffset(pair: unknown): number | undefined {
  return pair !== null && typeof pair === 'object' && 'key' in pair ? rangeStart(pair.key) : undefined;
}

function rangeStart(node: unknown): number | undefined {
  const range = node !== null && typeof node === 'object' && 'range' in node ? node.range : undefined;
  const start: unknown = Array.isArray(range) ? range[0] : undefined;
  return typeof start === 'number' ? start : undefined;
}
