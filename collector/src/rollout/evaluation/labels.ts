import type { ModelSettings } from '../../config/settings.ts';
import { PlumblineError } from '../../errors.ts';
import type { VersionSpec } from '../state.ts';
import { type HeldOutRows, numbersOf, requiredColumn } from './heldOutRows.ts';

/** What really happened in each held-out row. */
export type Labels =
  | { readonly task: 'binary'; readonly positive: Uint8Array }
  | { readonly task: 'classes'; readonly classes: readonly string[]; readonly indices: Int32Array }
  | { readonly task: 'regression'; readonly values: Float64Array };

/** Reads the label column as the task needs it. Throws `BAD_DATA` naming the row of a label that is missing or unknown. */
export function readLabels(
  rows: HeldOutRows,
  settings: Pick<ModelSettings, 'task' | 'positive'>,
  spec: Pick<VersionSpec, 'classes' | 'labelColumn'>,
): Labels {
  const { labelColumn, classes } = spec;
  const purpose = 'which holds the labels';
  if (settings.task === 'ranking') {
    throw new PlumblineError(
      'BAD_DATA',
      'rankings are not evaluated on held-out rows: shadow them and wait for outcomes',
    );
  }
  if (settings.task === 'regression') {
    const values = numbersOf(rows, labelColumn, purpose);
    const missing = values.findIndex((value) => Number.isNaN(value));
    if (missing >= 0) throw badLabel(missing, labelColumn, 'is empty');
    return { task: 'regression', values };
  }
  const cells = requiredColumn(rows, labelColumn, purpose).map((cell) => cell.trim());
  const missing = cells.indexOf('');
  if (missing >= 0) throw badLabel(missing, labelColumn, 'is empty');
  if (settings.task === 'multiclass_classification') {
    const known = classes.length > 0 ? classes : [...new Set(cells)].toSorted();
    return {
      task: 'classes',
      classes: known,
      indices: Int32Array.from(cells, (cell, row) => indexOf(known, cell, row, labelColumn)),
    };
  }
  const pair = binaryClasses(settings, spec, cells);
  return {
    task: 'binary',
    positive: Uint8Array.from(cells, (cell, row) => (indexOf(pair, cell, row, labelColumn) === 1 ? 1 : 0)),
  };
}

/** Index of the positive class in the order of the model's probabilities. Negative first unless the spec says otherwise. */
export function positiveIndex(settings: Pick<ModelSettings, 'positive'>, classes: readonly string[]): number {
  const index =
    settings.positive === undefined ? -1 : classes.findIndex((name) => sameLabel(name, settings.positive ?? ''));
  return index < 0 ? 1 : index;
}

/** [negative, positive] */
function binaryClasses(
  settings: Pick<ModelSettings, 'positive'>,
  { classes, labelColumn }: Pick<VersionSpec, 'classes' | 'labelColumn'>,
  cells: readonly string[],
): readonly string[] {
  if (classes.length === 2) return positiveIndex(settings, classes) === 1 ? classes : classes.toReversed();
  const seen = [...new Set(cells)];
  const { positive } = settings;
  if (positive === undefined) {
    const words = seen.map((cell) => cell.toLowerCase());
    const [yes, no] = words.some((word) => word === 'true' || word === 'false') ? ['true', 'false'] : ['1', '0'];
    return [seen.find((cell) => sameLabel(cell, no)) ?? no, seen.find((cell) => sameLabel(cell, yes)) ?? yes];
  }
  const others = seen.filter((cell) => !sameLabel(cell, positive));
  if (others.length > 1) {
    throw new PlumblineError(
      'BAD_DATA',
      `column "${labelColumn}" of the held-out rows holds ${others.length + 1} classes (${others.slice(0, 5).join(', ')}, ...), but the task has two`,
    );
  }
  return [others[0] ?? '', positive];
}

function indexOf(classes: readonly string[], cell: string, row: number, labelColumn: string): number {
  const index = classes.findIndex((name) => sameLabel(name, cell));
  if (index < 0)
    throw badLabel(row, labelColumn, `is ${JSON.stringify(cell.slice(0, 40))}, not one of ${classes.join(', ')}`);
  return index;
}

/** Equal as text, as numbers (`1` and `1.0`), or as booleans in any case. */
function sameLabel(a: string, b: string): boolean {
  if (a === b || a.toLowerCase() === b.toLowerCase()) return true;
  return a !== '' && b !== '' && Number(a) === Number(b);
}

function badLabel(row: number, column: string, what: string): PlumblineError {
  return new PlumblineError('BAD_DATA', `row ${row + 1} of the held-out rows: the label in column "${column}" ${what}`);
}
