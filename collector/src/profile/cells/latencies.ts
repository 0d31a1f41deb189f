import type { InferenceBatch } from '@plumbline/sdk/event';
import { addEach, emptyCells } from '../fold/batchCounts.ts';
import type { Profile } from '../profile.ts';
import { cellFinder, findCell } from './cellFinder.ts';
import { stepEdges } from './stepEdges.ts';

/**
 * Latencies in cells that every profile has, whatever its shape: eighths of octaves from 1/16 ms to a quarter of an hour,
 * with one cell below and one above. Two versions are compared by them from their first row on, before either has a
 * reference. Rows without a latency are in no cell.
 */
const cellsPerOctave = 8;
const lowestOctave = -4;
const octaves = 24;
export const latencyCells = octaves * cellsPerOctave + 2;

/** Lower edge of a cell, milliseconds; 0 for the first. */
export function latencyEdge(cell: number): number {
  return cell <= 0 ? 0 : 2 ** (lowestOctave + (cell - 1) / cellsPerOctave);
}

/** The first cell whose lower edge is at or above a latency: all rows in it and beyond are at least that slow. */
export function firstCellFrom(latencyMs: number): number {
  let cell = Math.min(latencyCells, cellOf(latencyMs));
  while (cell < latencyCells && latencyEdge(cell) < latencyMs) cell += 1;
  return cell;
}

export function foldLatencies({ latencies }: Profile, { latenciesMs }: InferenceBatch, rows: Int32Array): void {
  const { values } = latenciesMs;
  const cells = emptyCells(latencyCells);
  for (let i = 0; i < rows.length; i++) {
    const value = values[rows[i]!]!;
    if (!(value >= 0)) continue;
    const cell = value < Number.POSITIVE_INFINITY ? findCell(finder, value) : latencyCells - 1;
    cells[cell] = cells[cell]! + 1;
  }
  addEach(latencies, 0, 1, cells);
}

function cellOf(latencyMs: number): number {
  if (!(latencyMs > 0)) return 0;
  const cell = Math.floor((Math.log2(latencyMs) - lowestOctave) * cellsPerOctave) + 1;
  return Math.max(0, Math.min(latencyCells - 1, cell));
}

/** Finds what `cellOf` works out. */
const finder = cellFinder(
  stepEdges(cellOf, latencyCells - 1, 2 ** (lowestOctave - 1), 2 ** (lowestOctave + octaves + 1)),
);
