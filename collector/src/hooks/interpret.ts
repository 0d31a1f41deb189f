import { z } from 'zod';
import type { HookSettings } from '../config/settings.ts';

/** What somebody outside told us, in our words. */
export type Happening =
  /** Something to remember beside a model: what changed is looked for among these. */
  | { readonly kind: 'annotation'; readonly model: string; readonly text: string }
  /** A version with the digest of its artefact: it can be registered. */
  | { readonly kind: 'version'; readonly model: string; readonly version: string; readonly digest: string };

/** What a request means, by the scheme it came by; a sentence when it means nothing to us. Pure. */
export function interpret(scheme: HookSettings['scheme'], body: unknown): readonly Happening[] | string {
  switch (scheme) {
    case 'mlflow':
      return mlflow(body);
    case 'grafana':
      return grafana(body);
    case 'wandb':
      return wandb(body);
    case 'standard':
    case 'bearer':
      return own(body);
  }
}

const text = z.string().trim().min(1).max(1_000);
const name = z.string().min(1).max(128);
const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);
/** Where a registry that knows no digests keeps ours. */
const digestTag = 'plumbline.digest';

const mlflowEvent = z.object({ entity: z.string(), action: z.string(), data: z.record(z.string(), z.unknown()) });
const mlflowVersion = z.object({
  name,
  version: z.coerce.string(),
  tags: z.record(z.string(), z.string()).nullish(),
  alias: z.string().optional(),
  key: z.string().optional(),
  value: z.string().nullish(),
});

/** MLflow 3 model registry events: `{entity, action, timestamp, data}`. */
function mlflow(body: unknown): readonly Happening[] | string {
  const event = mlflowEvent.safeParse(body);
  if (!event.success) return 'not an event of the MLflow model registry';
  const { entity, action, data } = event.data;
  const read = mlflowVersion.safeParse(data);
  if (!read.success || !entity.startsWith('model_version')) return `${entity}.${action} is of no interest here`;
  const { name: model, version, tags, alias, key, value } = read.data;
  const found = digest.safeParse(entity === 'model_version_tag' && key === digestTag ? value : tags?.[digestTag]);
  if (found.success) return [{ kind: 'version', model, version, digest: found.data }];
  const what = alias === undefined ? (key === undefined ? '' : ` (${key} = ${value ?? ''})`) : ` (alias ${alias})`;
  const wants =
    entity === 'model_version' && action === 'created' ? `; tag it ${digestTag}=sha256:... to register it` : '';
  return [{ kind: 'annotation', model, text: `MLflow: ${entity} ${action}: version ${version}${what}${wants}` }];
}

const grafanaAlerts = z.object({
  alerts: z
    .array(
      z.object({
        status: z.enum(['firing', 'resolved']),
        labels: z.record(z.string(), z.string()),
        annotations: z.record(z.string(), z.string()).default({}),
      }),
    )
    .max(500),
});

/** A contact point of Grafana, or a webhook of Alertmanager: alerts that carry the label `model`. */
function grafana(body: unknown): readonly Happening[] | string {
  const message = grafanaAlerts.safeParse(body);
  if (!message.success) return 'not a notification of Grafana or Alertmanager';
  const found = message.data.alerts.flatMap(({ status, labels, annotations }): Happening[] => {
    // What we told them ourselves comes back to us here; it is no news.
    if (labels.model === undefined || labels.plumbline_alert !== undefined) return [];
    const summary = annotations.summary ?? annotations.description ?? '';
    const about = `${labels.alertname ?? 'alert'} ${status}${summary === '' ? '' : `: ${summary}`}`;
    return [{ kind: 'annotation', model: labels.model, text: `Grafana: ${about}`.slice(0, 1_000) }];
  });
  return found.length === 0 ? 'no alert in it has the label model' : found;
}

const wandbEvent = z.object({
  event_type: text.optional(),
  event_author: text.optional(),
  artifact_version_string: text.optional(),
  artifact_collection_name: name.optional(),
  model: name.optional(),
  version: name.optional(),
  digest: digest.optional(),
});

/** A webhook automation of W&B; its payload is a template, so ours is asked for in the README. */
function wandb(body: unknown): readonly Happening[] | string {
  const event = wandbEvent.safeParse(body);
  if (!event.success) return 'not the payload that the README asks for';
  const { data } = event;
  const model = data.model ?? data.artifact_collection_name;
  if (model === undefined) return 'it names no model';
  if (data.version !== undefined && data.digest !== undefined) {
    return [{ kind: 'version', model, version: data.version, digest: data.digest }];
  }
  const by = data.event_author === undefined ? '' : ` by ${data.event_author}`;
  const what = data.artifact_version_string ?? '';
  return [{ kind: 'annotation', model, text: `W&B: ${data.event_type ?? 'event'}${by} ${what}`.trim() }];
}

const ownEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('annotation.recorded'), data: z.object({ model: name, text }) }),
  z.object({ type: z.literal('model.version.registered'), data: z.object({ model: name, version: name, digest }) }),
]);

/** Our own events, for everybody else. */
function own(body: unknown): readonly Happening[] | string {
  const event = ownEvent.safeParse(body);
  if (!event.success) return 'neither annotation.recorded nor model.version.registered as the README describes them';
  return event.data.type === 'annotation.recorded'
    ? [{ kind: 'annotation', ...event.data.data }]
    : [{ kind: 'version', ...event.data.data }];
}
