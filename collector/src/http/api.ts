/**
 * Every request and response of the REST API. The same schemas validate, type and document (`GET /v1/openapi.json`).
 * Times are milliseconds since 1970-01-01 UTC; shares are in [0, 1]; weights are basis points (0-10000).
 *
 * Reads are `GET /v1/...`. Control actions are `POST /v1/actions/<verb>/<target>`: the verb comes first so that a
 * proxy can give each verb its own permission by path prefix. Each control action needs the headers `If-Match`
 * (revision of its target, quoted) and `Idempotency-Key`, and a reason.
 */

export * from './api/actions.ts';
export * from './api/alerts.ts';
export * from './api/audit.ts';
export * from './api/coverage.ts';
export * from './api/exemplars.ts';
export * from './api/findings.ts';
export * from './api/models.ts';
export * from './api/operations.ts';
export * from './api/reports.ts';
export * from './api/retrain.ts';
export * from './api/versions.ts';
export * from './api/webhooks.ts';
