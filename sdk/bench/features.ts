export type Features = Readonly<Record<string, number | string>>;

/**
 * Thirty features each of many inferences. Parsed from JSON as in most apps: objects that are put together key by key are
 * several times slower to read.
 */
const inferences: readonly Features[] = JSON.parse(
  JSON.stringify(
    Array.from({ length: 64 }, (_, inference) => {
      const numbers = Array.from({ length: 20 }, (_, index) => [
        `number_feature_${index}`,
        Math.random() * (index + 1),
      ]);
      const categories = Array.from({ length: 10 }, (_, index) => [
        `category_${index}`,
        ['alpha', 'beta', 'gamma'][(inference * index + (inference >> 2)) % 3],
      ]);
      return Object.fromEntries([...numbers, ...categories]);
    }),
  ),
);

let turn = 0;

/** Of one inference after the other: what is the same in every row would be spared most of what encoding costs. */
export function nextFeatures(): Features {
  turn = (turn + 1) % inferences.length;
  return inferences[turn]!;
}
