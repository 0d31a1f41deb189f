import { type Score, shareScore } from './score.ts';

/**
 * Scores that see a numeric signal move: up or down (`location`), wider or narrower (`spread`), in one tenth of its
 * range (`decile 1` ... `decile 10`), beyond the reference (`below`, `above`), and whether values come at all (`missing`,
 * `invalid`).
 *
 * `counts`: the reference's cells below, bins, above, missing, invalid. `deciles`: reference decile (0-9) of each cell
 * from below to above. location = 2 r - 1 with r the mid-rank of the cell in the reference, so its reference mean is
 * exactly 0; spread = 2 |location| - 1. Missing and invalid values have no location: only the last two look at them.
 *
 * Source: mid-ranks, Wilcoxon 1945; spread after Ansari and Bradley 1960.
 */
export function numericScores(counts: ArrayLike<number>, deciles: ArrayLike<number>): Score[] {
  const cells = counts.length;
  const inRange = cells - 2;
  const location = locations(counts, inRange);
  const isNumber = (cell: number): boolean => cell < inRange;
  const numbers = Uint8Array.from(location, (_, cell) => (isNumber(cell) ? 1 : 0));
  return [
    { name: 'location', kind: 'mean', values: location, considered: numbers },
    {
      name: 'spread',
      kind: 'mean',
      values: location.map((value, cell) => (isNumber(cell) ? 2 * Math.abs(value) - 1 : 0)),
      considered: numbers,
    },
    ...Array.from({ length: 10 }, (_, decile) => {
      const members = Array.from({ length: inRange }, (_, cell) => cell).filter((cell) => deciles[cell] === decile);
      return shareScore(`decile ${decile + 1}`, cells, members, isNumber);
    }),
    shareScore('below', cells, [0], isNumber),
    shareScore('above', cells, inRange > 1 ? [inRange - 1] : [], isNumber),
    shareScore('missing', cells, [inRange]),
    shareScore('invalid', cells, [inRange + 1]),
  ];
}

/** The location alone, of cells in ascending order that are all values: it goes up when values do. */
export function rankScore(counts: ArrayLike<number>): Score {
  const values = locations(counts, counts.length);
  return { name: 'location', kind: 'mean', values, considered: new Uint8Array(counts.length).fill(1) };
}

function locations(counts: ArrayLike<number>, inRange: number): Float64Array {
  const location = new Float64Array(counts.length);
  let total = 0;
  for (let cell = 0; cell < inRange; cell++) total += counts[cell]!;
  if (total === 0) return location;
  let passed = 0;
  for (let cell = 0; cell < inRange; cell++) {
    location[cell] = (2 * (passed + counts[cell]! / 2)) / total - 1;
    passed += counts[cell]!;
  }
  return location;
}
