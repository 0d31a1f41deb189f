import {
  CustomVariableSupport,
  type DataQueryRequest,
  type DataQueryResponse,
  FieldType,
  toDataFrame,
} from '@grafana/data';
import { from, map, type Observable } from 'rxjs';
import { formatSignal } from '../format/name';
import type { ModelsDataSource } from './DataSource';
import { fairnessGroups } from './frames/fairnessFrame';
import type { VariableQuery } from './query';
import { valuesOf } from './templateValues';
import { VariableQueryEditor } from './VariableQueryEditor';

interface Choice {
  readonly text: string;
  readonly value: string;
}

/** Lists for dashboard variables: models, and of one model its versions, segments, signals and groups. */
export class ModelsVariableSupport extends CustomVariableSupport<ModelsDataSource, VariableQuery> {
  override editor = VariableQueryEditor;
  readonly #source: ModelsDataSource;

  constructor(source: ModelsDataSource) {
    super();
    this.#source = source;
    // Parts of Grafana take the function and call it by itself.
    this.query = this.query.bind(this);
  }

  override query({ targets, scopedVars }: DataQueryRequest<VariableQuery>): Observable<DataQueryResponse> {
    const [target] = targets;
    const [model = ''] = valuesOf(target?.model ?? '', scopedVars);
    return from(choicesOf(this.#source, { ...target, refId: target?.refId ?? 'variable', model })).pipe(
      map((choices) => ({
        data: [
          toDataFrame({
            fields: [
              { name: 'text', type: FieldType.string, values: choices.map(({ text }) => text) },
              { name: 'value', type: FieldType.string, values: choices.map(({ value }) => value) },
            ],
          }),
        ],
      })),
    );
  }
}

/** What a variable can be. Of no model there is nothing to list. Rejects with a RequestFailure. */
export async function choicesOf(
  source: ModelsDataSource,
  { list = 'models', model = '' }: VariableQuery,
): Promise<Choice[]> {
  const { collector } = source;
  const plain = (value: string) => ({ text: value, value });
  if (list === 'models') {
    return (await collector.models()).map(({ model: name }) => plain(name));
  }
  if (model.trim() === '') {
    return [];
  }
  switch (list) {
    case 'versions':
      return (await collector.versions(model)).versions.map(({ version }) => plain(version));
    case 'segments':
      return (await collector.model(model)).segments?.map(({ segment }) => plain(segment)) ?? [];
    case 'signals':
      return (
        (await collector.model(model)).signals?.map(({ signal }) => ({ text: formatSignal(signal), value: signal })) ??
        []
      );
    case 'groups':
      return fairnessGroups(await collector.fairness(model, {})).map(plain);
  }
}
