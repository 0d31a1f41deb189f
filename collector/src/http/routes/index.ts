import type { Route } from '../route.ts';
import { actionRoutes } from './actions.ts';
import { alertRoutes } from './alerts.ts';
import { artefactRoutes } from './artefacts.ts';
import { auditRoutes } from './audit.ts';
import { deadLetterRoutes } from './dead-letters.ts';
import { eventRoutes } from './events.ts';
import { expectRoutes } from './expect.ts';
import { hookRoutes } from './hooks.ts';
import { incidentRoutes } from './incident.ts';
import { kserveRoutes } from './kserve.ts';
import { modelRoutes } from './models.ts';
import { operationRoutes } from './operations.ts';
import { otlpRoutes } from './otlp.ts';
import { referenceRoutes } from './references.ts';
import { retrainRoutes } from './retrain.ts';
import { silenceRoutes } from './silences.ts';
import { streamRoutes } from './stream.ts';
import { versionRoutes } from './versions.ts';
import { webhookRoutes } from './webhooks.ts';

/** The whole API. Its order is the order of the OpenAPI document. */
export const routes: readonly Route[] = [
  ...operationRoutes,
  ...deadLetterRoutes,
  ...modelRoutes,
  ...versionRoutes,
  ...alertRoutes,
  ...incidentRoutes,
  ...silenceRoutes,
  ...expectRoutes,
  ...referenceRoutes,
  ...retrainRoutes,
  ...webhookRoutes,
  ...hookRoutes,
  ...actionRoutes,
  ...artefactRoutes,
  ...eventRoutes,
  ...otlpRoutes,
  ...kserveRoutes,
  ...auditRoutes,
  ...streamRoutes,
];
