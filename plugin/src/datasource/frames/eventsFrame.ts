import { type DataFrame, FieldType, toDataFrame } from '@grafana/data';
import type { ModelDetail } from '@plumbline/collector/api';
import { formatActor, formatWords } from '../../format/name';
import { textField } from './field';

/**
 * What happened to a model within a range: promotions, rollbacks, alerts, retrains. The names of the fields are those that
 * Grafana makes annotations of.
 */
export function eventsFrame(
  { model, timeline }: Pick<ModelDetail, 'model' | 'timeline'>,
  range: { readonly from: number; readonly to: number },
): DataFrame {
  const events = timeline.filter(({ at }) => at >= range.from && at <= range.to).reverse();
  return toDataFrame({
    name: model,
    fields: [
      { name: 'time', type: FieldType.time, values: events.map(({ at }) => at), config: {} },
      textField(
        'title',
        events.map(({ kind }) => `${model}: ${formatWords(kind)}`),
      ),
      textField(
        'text',
        events.map(({ actor, text }) => [text, formatActor(actor)].filter((part) => part !== '').join(' · ')),
      ),
      textField(
        'tags',
        events.map(({ kind }) => [model, kind.split('.')[0] ?? kind].join(',')),
      ),
    ],
  });
}
