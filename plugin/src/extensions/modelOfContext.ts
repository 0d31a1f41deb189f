/** The model that a place in Grafana is about, read from what the place tells of itself. Pure, and wary: hosts differ. */

/** Replaces dashboard variables in a text. */
type Replace = (text: string) => string;

interface Target {
  readonly datasource?: { readonly type?: string } | null;
  readonly model?: unknown;
  readonly expr?: unknown;
}

/** Of a panel: the model of its first query that names one, in our data source or as a label of a metric. */
export function modelOfPanel(targets: readonly unknown[] | undefined, replace: Replace): string | null {
  for (const target of targets ?? []) {
    const { datasource, model, expr } = (target ?? {}) as Target; // a query of any data source
    if (datasource?.type === 'plumbline-models-datasource' && typeof model === 'string') {
      const name = one(replace(model));
      if (name !== null) {
        return name;
      }
    }
    const matcher = typeof expr === 'string' ? /[{,\s]model=~?"([^"]+)"/.exec(expr)?.[1] : undefined;
    if (matcher !== undefined && String(expr).includes('plumbline_')) {
      const name = one(replace(matcher));
      if (name !== null) {
        return name;
      }
    }
  }
  return null;
}

/** Of an alert or its rule: the label `model`, when the alert is one of Plumbline's. */
export function modelOfAlert(context: unknown): string | null {
  const instance = ownValue(context, 'instance');
  for (const labelled of [context, instance, ownValue(context, 'rule'), ownValue(instance, 'rule')]) {
    const model = ownValue(ownValue(labelled, 'labels'), 'model');
    if (typeof model === 'string') {
      return one(model);
    }
  }
  return null;
}

/** A single name; several, a pattern or an unknown variable lead nowhere. */
function one(text: string): string | null {
  const name = text.trim();
  return name === '' || /[${}|*]/.test(name) ? null : name;
}

/**
 * Grafana hands out proxies of its state that answer with proxies. Of state that is frozen that is forbidden, so that reading
 * a property throws; its descriptor can be had.
 */
function ownValue(of: unknown, property: string): unknown {
  return typeof of === 'object' && of !== null ? Object.getOwnPropertyDescriptor(of, property)?.value : undefined;
}
