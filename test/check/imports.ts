/** One import, re-export or dynamic import of a module. */
export interface ImportStatement {
  readonly specifier: string;
  /** 1-based line of the statement's first word. */
  readonly line: number;
  /** `import type` or `export type`: nothing is left of it at run time. */
  readonly typeOnly: boolean;
}

/** Comments, then strings that may hold what looks like a comment or an import. */
const commentOrString = /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\[\s\S]|[^`\\])*`/g;
const statement =
  /(?<![.\w$])(?:(?:import|export)\s+(type\s)?(?:[\w*{}\s,$]|\bas\b)*?\bfrom\s*|import\s*\(\s*|import\s+)(['"])([^'"\n]+)\2/g;

/** All imports of a TypeScript source text, in order. */
export function importsOf(source: string): ImportStatement[] {
  const code = source.replace(commentOrString, (text) => (/^['"]/.test(text) ? text : text.replace(/[^\n]/g, ' ')));
  return [...code.matchAll(statement)].map((match) => ({
    // The third group takes part in every match.
    specifier: match[3] as string,
    line: code.slice(0, match.index).split('\n').length,
    typeOnly: match[1] !== undefined,
  }));
}
