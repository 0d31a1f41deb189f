import { alertPath, fleetPath, modelPath } from '../routing';

/** Address of what an audit record is about: `alert/<id>`, `model/<environment>/<name>`, `retrain/<id>`. Null: it has no page. */
export function targetPath(target: string): string | null {
  const [kind, first, second] = target.split('/');
  if (kind === 'model' && second !== undefined) {
    return modelPath(second);
  }
  if (kind === 'alert' && first !== undefined) {
    return alertPath(first);
  }
  return kind === 'retrain' && first !== undefined ? fleetPath('retrain', { search: first }) : null;
}
