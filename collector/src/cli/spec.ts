import { parseDocument } from 'yaml';
import { z } from 'zod';
import {
  budgetSettings,
  durationMs,
  groupSettings,
  type ModelSettings,
  modelSettings,
  toleranceSettings,
} from '../config/settings.ts';
import { PlumblineError } from '../errors.ts';
import { readText } from './read-file.ts';

/**
 * What the columns of a CSV file mean, written as YAML. A column may be named more than once with different roles: a
 * sensitive attribute is often a feature too.
 */

const roles = ['feature', 'prediction', 'score', 'label', 'group', 'time', 'id', 'ignore'] as const;
const types = ['number', 'category', 'timestamp', 'date', 'seconds', 'milliseconds'] as const;

/** YAML reads `0` and `true` as a number and a boolean; cells are text. */
const cellText = z.union([z.string(), z.number(), z.boolean()]).transform(String);

const columnSpec = z.strictObject({
  name: z.string().min(1),
  role: z.enum(roles),
  type: z
    .enum(types)
    .optional()
    .describe(
      'Features: number or category (default: number when the first rows are all numbers), or timestamp (ISO 8601 or ' +
        'milliseconds), watched by its hour of the day. Predictions and labels: ' +
        'category for classification, number for regression. Time: date (ISO 8601, the default), seconds or milliseconds',
    ),
  values: z
    .record(z.string(), cellText)
    .optional()
    .describe('Text of a cell -> value it stands for, for example { Low: "0", Medium: "1", High: "1" }'),
});

/** A number of rows (`365`), or a duration in event time (`1h`). */
const windowSpec = z.union([z.int().min(1), durationMs.transform((milliseconds) => ({ milliseconds }))]);

export const replaySpecSchema = z
  .strictObject({
    model: z.string().min(1).max(128).default('replay'),
    version: z.string().min(1).max(64).default('1'),
    task: modelSettings.shape.task,
    positive: cellText.optional(),
    favourable: cellText.optional(),
    columns: z.array(columnSpec).min(1),
    segments: modelSettings.shape.segments,
    undeclared: z
      .enum(['error', 'ignore', 'feature'])
      .default('error')
      .describe('What to do with a column of the file that is not named above'),
    missing: z
      .array(cellText)
      .default(['', 'NA', 'NaN', 'null'])
      .describe('Cells that mean "no value here"; they are counted, not refused'),
    groups: z.array(groupSettings).default([]),
    window: windowSpec.optional().describe('Default of --window'),
    reference: z.int().min(1).optional().describe('Default of --reference: the first rows'),
    tolerance: toleranceSettings.prefault({}),
    minimumGroupRows: modelSettings.shape.minimumGroupRows,
    sampledRows: modelSettings.shape.sampledRows,
    budget: budgetSettings.prefault({}),
  })
  .superRefine((spec, context) => {
    for (const problem of columnProblems(spec)) context.addIssue({ code: 'custom', ...problem });
  });

export type ReplaySpec = z.infer<typeof replaySpecSchema>;
export type ColumnSpec = ReplaySpec['columns'][number];

/** Reads and checks a spec file. Every problem is a `BAD_SPEC` that names the file and the place in it. */
export async function readSpec(path: string): Promise<ReplaySpec> {
  return parseSpec(await readText(path, 'BAD_SPEC'), path);
}

export function parseSpec(text: string, path: string): ReplaySpec {
  const document = parseDocument(text);
  const syntax = document.errors[0];
  if (syntax !== undefined) {
    throw new PlumblineError('BAD_SPEC', `${path}: not YAML: ${firstLine(syntax.message)}`);
  }
  const parsed = replaySpecSchema.safeParse(document.toJS() ?? {});
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${place(issue.path)}${issue.message}`);
  throw new PlumblineError('BAD_SPEC', `${path}: ${problems.join('; ')}`, { details: { problems } });
}

/** The one column with this role, where the role admits one. */
export function columnWithRole(spec: ReplaySpec, role: ColumnSpec['role']): ColumnSpec | undefined {
  return spec.columns.find((column) => column.role === role);
}

/** A replayed file as a monitored model: the same settings a collector would read from `plumbline.yaml`. */
export function specSettings(
  spec: ReplaySpec,
  options: { readonly windowMs: number; readonly referenceRows: number },
): ModelSettings {
  const declared = spec.columns.filter((column) => column.role === 'feature' && column.type !== undefined);
  const declaredGroups = spec.groups.map(({ attribute, attributes, ...group }) => ({
    ...group,
    attribute: attributes === undefined ? attribute : [...attributes],
  }));
  const names = new Set(spec.groups.map(({ attribute }) => attribute));
  const others = spec.columns.filter(({ name, role }) => role === 'group' && !names.has(name));
  const settings = modelSettings.parse({
    name: spec.model,
    environment: 'replay',
    task: spec.task,
    positive: spec.positive,
    favourable: spec.favourable,
    features: declared.map(({ name, type }) => ({ name, type })),
    groups: [...declaredGroups, ...others.map(({ name }) => ({ attribute: name }))],
    window: `${options.windowMs}ms`,
    lateness: '0ms',
    outcomeDelay: '0ms',
    // Labels come with their rows, however long the rows of the reference take.
    outcomeHorizon: '36500d',
    segments: Object.fromEntries(spec.segments.map(({ by, values }) => [by, values])),
    tolerance: spec.tolerance,
    minimumGroupRows: spec.minimumGroupRows,
    sampledRows: spec.sampledRows,
  });
  // A live reference has at least 200 rows; whoever replays a small file says how many it may have.
  return { ...settings, reference: { rows: options.referenceRows } };
}

const singular: ReadonlySet<ColumnSpec['role']> = new Set(['prediction', 'score', 'label', 'time', 'id']);
const typesOfRole: Readonly<Record<ColumnSpec['role'], readonly (typeof types)[number][]>> = {
  feature: ['number', 'category', 'timestamp'],
  prediction: ['number', 'category'],
  score: ['number'],
  label: ['number', 'category'],
  group: ['category'],
  time: ['date', 'seconds', 'milliseconds'],
  id: ['category'],
  ignore: [],
};

type Problem = { path: (string | number)[]; message: string };

function columnProblems(spec: {
  columns: ColumnSpec[];
  groups: { attribute: string; attributes?: readonly string[] | undefined }[];
  segments: { by: string }[];
  undeclared: string;
}): Problem[] {
  const problems: Problem[] = [];
  const seen = new Map<string, Set<string>>();
  const roleHolder = new Map<string, string>();
  spec.columns.forEach(({ name, role, type, values }, index) => {
    const path = ['columns', index];
    const earlier = seen.get(name) ?? new Set();
    if (earlier.has(role)) problems.push({ path, message: `column "${name}" is named twice as ${role}` });
    else if (earlier.size > 0 && (role === 'ignore' || earlier.has('ignore'))) {
      problems.push({ path, message: `column "${name}" is ignored and used at once` });
    }
    seen.set(name, earlier.add(role));
    const holder = roleHolder.get(role);
    if (singular.has(role) && holder !== undefined && holder !== name) {
      problems.push({ path, message: `"${holder}" is the ${role} column already, there is one at most` });
    }
    roleHolder.set(role, name);
    if (type !== undefined && !typesOfRole[role].includes(type)) {
      const admitted = typesOfRole[role].join(', ') || 'none';
      problems.push({ path, message: `a ${role} column cannot have type ${type} (possible: ${admitted})` });
    }
    if (values !== undefined && (role === 'time' || role === 'id' || role === 'score' || role === 'ignore')) {
      problems.push({ path, message: `a ${role} column takes no values` });
    }
  });
  spec.groups.forEach(({ attribute, attributes = [attribute] }, index) => {
    for (const name of attributes) {
      if (seen.get(name)?.has('group')) continue;
      problems.push({ path: ['groups', index], message: `no column has name "${name}" and role group` });
    }
  });
  for (const { by } of spec.segments) {
    const roles = seen.get(by);
    const isKnown = roles === undefined ? spec.undeclared === 'feature' : roles.has('feature') || roles.has('group');
    if (!isKnown)
      problems.push({ path: ['segments', by], message: `no column has name "${by}" and role feature or group` });
  }
  if (!spec.columns.some(({ role }) => role === 'feature' || role === 'prediction' || role === 'score')) {
    problems.push({ path: ['columns'], message: 'nothing to watch: no column has role feature, prediction or score' });
  }
  return problems;
}

function place(path: readonly PropertyKey[]): string {
  const text = path.reduce<string>(
    (sofar, key) =>
      typeof key === 'number' ? `${sofar}[${key}]` : sofar === '' ? String(key) : `${sofar}.${String(key)}`,
    '',
  );
  return text === '' ? '' : `${text}: `;
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? text;
}
