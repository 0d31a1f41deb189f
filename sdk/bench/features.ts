const numbers = Array.from({ length: 20 }, (_, index) => [`number_feature_${index}`, Math.PI * (index + 0.1)]);
const categories = Array.from({ length: 10 }, (_, index) => [
  `category_${index}`,
  ['alpha', 'beta', 'gamma'][index % 3],
]);

/**
 * Thirty features of one inference. Parsed from JSON as in most apps: objects that are put together key by key are several
 * times slower to read.
 */
export const features: Record<string, number | string> = JSON.parse(
  JSON.stringify(Object.fromEntries([...numbers, ...categories])),
);
