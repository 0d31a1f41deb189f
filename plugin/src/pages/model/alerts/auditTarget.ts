/**
 * Whether an audit record is about a model: its target names the model as one part of a path (`credit-risk/2`,
 * `model/production/credit-risk`), or is one of the model's own alerts and jobs (`owned`).
 */
export function concerns(target: string, model: string, owned: readonly string[]): boolean {
  return owned.includes(target) || target.split('/').includes(model) || target === model;
}
