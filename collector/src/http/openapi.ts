import { z } from 'zod';
import { type ErrorCode, errorCodes } from '../errors.ts';
import * as api from './api.ts';
import type { JsonRoute, RawRoute, Route } from './route.ts';

type Json = Record<string, unknown>;

/** Schemas of `api.ts` by the names they have in the document. Whatever has no name here is named after its path. */
const namedAnswers: Readonly<Record<string, z.ZodType>> = {
  Estimate: api.estimate,
  Evidence: api.evidence,
  Finding: api.finding,
  Me: api.me,
  CollectorStatus: api.collectorStatus,
  DeadLetterList: api.deadLetterList,
  DeadLetterDetail: api.deadLetterDetail,
  ModelSummary: api.modelSummary,
  ModelList: api.modelList,
  ModelDetail: api.modelDetail,
  DriftReport: api.driftReport,
  Distribution: api.distribution,
  FairnessReport: api.fairnessReport,
  PerformanceReport: api.performanceReport,
  UsageReport: api.usageReport,
  WeakSegmentReport: api.weakSegmentReport,
  VersionDetail: api.versionDetail,
  VersionList: api.versionList,
  Evaluation: api.evaluation,
  MetricPair: api.metricPair,
  GateResult: api.gateResult,
  Approval: api.approval,
  Instance: api.instance,
  Alert: api.alert,
  AlertList: api.alertList,
  RetrainJob: api.retrainJob,
  RetrainJobList: api.retrainJobList,
  Delivery: api.delivery,
  DeliveryList: api.deliveryList,
  AuditRecord: api.auditRecord,
  AuditPage: api.auditPage,
  AuditVerification: api.auditVerification,
  ActionResult: api.actionResult,
  ArtefactStored: api.artefactStored,
  EventsAccepted: api.eventsAccepted,
  Error: api.apiError,
};
const namedRequests: Readonly<Record<string, z.ZodType>> = {
  RegisterRequest: api.registerRequest,
  RetrainStatusRequest: api.retrainStatusRequest,
};

/** OpenAPI 3.1 of a route table: made from the schemas that validate, so it cannot say anything else. */
export function openApiDocument(routes: readonly Route[], version: string): Json {
  const requests = new SchemaSet('input', namedRequests);
  const answers = new SchemaSet('output', namedAnswers);
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    const path = openApiPath(route.path);
    const operation = route.kind === 'json' ? jsonOperation(route, requests, answers) : rawOperation(route, answers);
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Plumbline collector',
      version,
      description:
        'Times are milliseconds since 1970-01-01 UTC; shares are in [0, 1]; weights are basis points. ' +
        'Control actions are POST /v1/actions/<verb>/<target> with If-Match, Idempotency-Key and a reason.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    paths,
    components: {
      schemas: { ...answers.components(), ...requests.components() },
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'A token of collector.identity.tokens' },
        grafanaIdentity: {
          type: 'apiKey',
          in: 'header',
          name: 'X-Grafana-Id',
          description: "The ID token that Grafana's proxy adds, beside a token with the scope `proxy`",
        },
        jobToken: { type: 'http', scheme: 'bearer', description: 'The callback token of one retrain job' },
      },
    },
  };
}

/** `/v1/models/:model` -> `/v1/models/{model}` */
export function openApiPath(path: string): string {
  return path.replace(/:(\w+)/g, '{$1}');
}

/** Schemas that become components of the document, each converted once, all together. */
class SchemaSet {
  readonly #io: 'input' | 'output';
  readonly #registry = z.registry<{ id: string }>();

  constructor(io: 'input' | 'output', schemas: Readonly<Record<string, z.ZodType>>) {
    this.#io = io;
    for (const [id, schema] of Object.entries(schemas)) {
      this.#registry.add(schema, { id });
    }
  }

  /** A reference to the schema, which is named `name` if it has no name yet. */
  reference(schema: z.ZodType, name: string): Json {
    const known = this.#registry.get(schema)?.id;
    if (known === undefined) {
      this.#registry.add(schema, { id: name });
    }
    return { $ref: componentPath(known ?? name) };
  }

  components(): Json {
    const { schemas } = z.toJSONSchema(this.#registry, { io: this.#io, uri: componentPath });
    return Object.fromEntries(
      Object.entries(schemas).map(([id, { $id: _id, $schema: _schema, ...schema }]) => [id, schema]),
    );
  }
}

function componentPath(id: string): string {
  return `#/components/schemas/${id}`;
}

function jsonOperation(route: JsonRoute, requests: SchemaSet, answers: SchemaSet): Json {
  const name = operationName(route);
  return {
    ...common(route),
    parameters: [
      ...parametersOf(route.params, 'path'),
      ...parametersOf(route.query, 'query'),
      ...(route.isAction ? controlParameters : []),
    ],
    ...(route.body === null
      ? {}
      : {
          requestBody: {
            required: true,
            content: { 'application/json': { schema: requests.reference(route.body, `${name}Request`) } },
          },
        }),
    responses: {
      [route.status]: {
        description: 'Done',
        content: { 'application/json': { schema: answers.reference(route.response, `${name}Answer`) } },
      },
      ...errorResponses(route, answers),
    },
  };
}

function rawOperation(route: RawRoute, answers: SchemaSet): Json {
  const binary = { schema: { type: 'string', format: 'binary' } };
  const schema = route.response === null ? {} : answers.reference(route.response, `${operationName(route)}Answer`);
  const content = { [route.produces]: { schema } };
  return {
    ...common(route),
    parameters: parametersOf(route.params, 'path'),
    ...(route.consumes.length === 0
      ? {}
      : { requestBody: { required: true, content: Object.fromEntries(route.consumes.map((type) => [type, binary])) } }),
    responses: {
      ...Object.fromEntries(route.statuses.map((status) => [status, { description: 'Done', content }])),
      ...errorResponses(route, answers),
    },
  };
}

function common(route: Route): Json {
  return { operationId: operationName(route), summary: route.summary, security: securityOf(route) };
}

function securityOf(route: Route): Json[] {
  switch (route.access.kind) {
    case 'open':
    case 'scrape':
      return [];
    case 'object-token':
      return [{ jobToken: [] }];
    case 'scope':
      return [{ token: [route.access.scope] }];
    default:
      return [{ token: [] }, { token: ['proxy'], grafanaIdentity: [] }];
  }
}

/** `GET /v1/models/:model/drift` -> `GetModelsModelDrift` */
function operationName(route: Route): string {
  const words = route.path.split(/[^A-Za-z0-9]+/).filter((word) => word !== '' && word !== 'v1');
  return [route.method.toLowerCase(), ...words].map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}

function parametersOf(schema: z.ZodType | null, place: 'path' | 'query'): Json[] {
  if (schema === null) {
    return [];
  }
  const { properties = {}, required = [] } = z.toJSONSchema(schema, { io: 'input' });
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    schema: property,
  }));
}

const controlParameters: readonly Json[] = [
  {
    name: 'If-Match',
    in: 'header',
    required: true,
    description: 'Revision of the target that the caller saw, quoted',
    schema: { type: 'string', pattern: '^"\\d+"$' },
  },
  {
    name: 'Idempotency-Key',
    in: 'header',
    required: true,
    description: 'A repetition with the same key gets the first answer and has no second effect',
    schema: { type: 'string', minLength: 8, maxLength: 128 },
  },
];

/** Errors that a route may give, grouped by status; the codes are in the description. */
function errorResponses(route: Route, answers: SchemaSet): Json {
  const codes = new Set<ErrorCode>(['BAD_REQUEST', 'UNKNOWN_FIELD', 'INTERNAL', ...(route.errors ?? [])]);
  if (route.access.kind !== 'open' && route.access.kind !== 'object-token') {
    codes.add('NOT_AUTHENTICATED').add('FORBIDDEN').add('IDENTITY_UNAVAILABLE');
  }
  if (route.method !== 'GET') {
    codes.add('TOO_LARGE').add('UNSUPPORTED_CONTENT_TYPE');
  }
  if (route.kind === 'json' && route.isAction) {
    codes.add('REVISION_REQUIRED').add('IDEMPOTENCY_KEY_REQUIRED').add('IDEMPOTENCY_KEY_REUSED');
    codes.add('STALE_REVISION').add('REFUSED').add('TOO_MANY_REQUESTS');
  }
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of codes) {
    const { status } = errorCodes[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  const schema = answers.reference(api.apiError, 'Error');
  return Object.fromEntries(
    [...byStatus].map(([status, list]) => [
      status,
      { description: list.sort().join(', '), content: { 'application/json': { schema } } },
    ]),
  );
}
