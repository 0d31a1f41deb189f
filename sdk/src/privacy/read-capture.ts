import { readDescriptor } from '../descriptors/read-descriptor.ts';
import { MonitorOptionsError } from '../errors.ts';
import { type Fields, got, name, object, refuseUnknown } from '../options-checks.ts';
import {
  type CapturedFeature,
  type CaptureSettings,
  type DescribedFeature,
  type FeatureCapture,
  featureCaptures,
  namesOf,
} from './capture.ts';

/** What a model's options declare of what may leave the app. `hasKeys`: there are keys to make pseudonyms with. */
export function readCapture(model: Fields, where: string, hasKeys: boolean): CaptureSettings {
  const declared = model.features === undefined ? {} : object(model.features, `${where}.features`);
  const features = Object.entries(declared).map(([feature, given]) =>
    readFeature(name(feature, `${where}.features`), given, `${where}.features.${feature}`, hasKeys),
  );
  refuseSameNames(features, `${where}.features`);
  const groups = readGroups(model.groups, `${where}.groups`);
  const saysHow = groups !== undefined || Object.values(declared).some((given) => typeof given === 'object');
  const mode = oneOf(model.capture, `${where}.capture`, ['inferred', 'declared', 'metadata'] as const);
  const ids = oneOf(model.ids, `${where}.ids`, ['value', 'hash'] as const) ?? (hasKeys ? 'hash' : 'value');
  if (ids === 'hash' && !hasKeys) {
    throw new MonitorOptionsError(`${where}.ids`, '"hash" needs keys: give them as pseudonyms');
  }
  const classes = texts(model.classes, `${where}.classes`);
  return {
    mode: mode ?? (saysHow ? 'declared' : 'inferred'),
    features,
    groups,
    classes,
    outcomes: texts(model.outcomes, `${where}.outcomes`) ?? classes,
    hashIds: ids === 'hash',
  };
}

function readFeature(
  feature: string,
  given: unknown,
  where: string,
  hasKeys: boolean,
): CapturedFeature | DescribedFeature {
  if (given === 'number' || given === 'category') {
    return { name: feature, type: given, capture: 'value', edges: [] };
  }
  const fields = given === 'text' ? { type: given } : object(given, where, expectedFeature);
  const descriptor = readDescriptor(feature, fields, where);
  return descriptor === undefined
    ? readColumn(feature, fields, where, hasKeys)
    : { name: feature, capture: 'describe', descriptor };
}

const expectedFeature = 'must be "number", "category" or "text", or { type, ... }';

function readColumn(feature: string, fields: Fields, where: string, hasKeys: boolean): CapturedFeature {
  refuseUnknown(fields, `${where}.`, ['type', 'capture', 'edges']);
  const type = oneOf(fields.type, `${where}.type`, ['number', 'category'] as const);
  if (type === undefined) {
    throw new MonitorOptionsError(`${where}.type`, 'must be "number", "category", "text" or "embedding"');
  }
  const capture: FeatureCapture = oneOf(fields.capture, `${where}.capture`, featureCaptures) ?? 'value';
  if (capture === 'hash' && (type !== 'category' || !hasKeys)) {
    throw new MonitorOptionsError(
      `${where}.capture`,
      '"hash" is for categories, and needs keys: give them as pseudonyms',
    );
  }
  if (capture === 'bin' && type !== 'number') {
    throw new MonitorOptionsError(`${where}.capture`, '"bin" is for numbers');
  }
  return { name: feature, type, capture, edges: capture === 'bin' ? readEdges(fields.edges, `${where}.edges`) : [] };
}

/** Of what leaves: descriptors are features beside the declared ones. */
function refuseSameNames(features: CaptureSettings['features'], where: string): void {
  const names = new Set<string>();
  for (const leaving of features.flatMap(namesOf)) {
    if (names.has(name(leaving, where))) {
      throw new MonitorOptionsError(where, `declare ${JSON.stringify(leaving)} twice: it describes another feature`);
    }
    names.add(leaving);
  }
}

function readEdges(value: unknown, where: string): readonly number[] {
  const edges: readonly unknown[] = Array.isArray(value) ? value : [];
  const ascend = edges.every(
    (edge, index) =>
      typeof edge === 'number' && Number.isFinite(edge) && (index === 0 || edge > Number(edges[index - 1])),
  );
  if (edges.length === 0 || edges.length > 1_024 || !ascend) {
    throw new MonitorOptionsError(
      where,
      `must be a list of 1 to 1024 numbers that ascend: the reference's${got(value)}`,
    );
  }
  return edges.map(Number);
}

function readGroups(value: unknown, where: string): CaptureSettings['groups'] {
  if (value === undefined) {
    return undefined;
  }
  const attributes = Object.entries(object(value, where, 'must be { attribute: [group, ...] }'));
  return new Map(
    attributes.map(([attribute, groups]) => {
      const known = texts(groups, `${where}.${attribute}`);
      return [name(attribute, where), known ?? new Set<string>()] as const;
    }),
  );
}

function texts(value: unknown, where: string): ReadonlySet<string> | undefined {
  if (value === undefined) {
    return undefined;
  }
  if (!Array.isArray(value) || value.some((entry) => typeof entry !== 'string' || entry === '')) {
    throw new MonitorOptionsError(where, `must be a list of texts${got(value)}`);
  }
  return new Set(value);
}

function oneOf<Value extends string>(value: unknown, where: string, known: readonly Value[]): Value | undefined {
  const found = known.find((entry) => entry === value);
  if (value !== undefined && found === undefined) {
    throw new MonitorOptionsError(where, `must be ${known.map((entry) => `"${entry}"`).join(' or ')}${got(value)}`);
  }
  return found;
}
