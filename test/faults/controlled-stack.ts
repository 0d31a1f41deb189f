import { randomUUID } from 'node:crypto';
import type { ActionResult, AuditPage, AuditVerification, VersionList } from '@plumbline/collector/api';
import { createMonitor, type Monitor } from '@plumbline/sdk';
import { CollectorClient } from '../demo/collector-client.ts';
import { seededRandom } from '../demo/random.ts';
import { logisticOnnx } from '../onnx/logistic.ts';
import { type Stack, startStack } from '../stack/stack.ts';

/** A broker, a real collector process and SDK instances, with a model whose versions machines control. */
export interface ControlledStack {
  readonly stack: Stack;
  /** Registers a version that is as good as the others. */
  register(version: string): Promise<void>;
  act(
    verb: string,
    body: Record<string, unknown>,
    options?: { readonly revision?: number; readonly key?: string },
  ): Promise<ActionResult>;
  versions(): Promise<VersionList>;
  verifyAudit(): Promise<AuditVerification>;
  audited(action: string): Promise<AuditPage['items']>;
  /** An app that follows the routing. */
  startApp(): Monitor;
  stop(): Promise<void>;
}

export const model = 'credit risk';
/** Control actions are limited for each token: many clicks need many of them. */
const robots = 8;

export async function startControlledStack(directory: string): Promise<ControlledStack> {
  const monitors: Monitor[] = [];
  const stack = await startStack({
    directory,
    apps: { app: [model] },
    settings: () => ({
      collector: {
        identity: {
          tokens: [
            { name: 'trainer', secret: 'trainer-secret', scopes: ['read', 'versions:register', 'artefacts:write'] },
            ...Array.from({ length: robots }, (_, i) => ({
              name: `robot-${i}`,
              secret: `robot-secret-${i}`,
              scopes: ['control' as const],
            })),
          ],
        },
        logLevel: 'warn',
      },
      models: [
        { name: model, positive: 'yes', rollout: { approvals: 0, canarySteps: [], watchAfterPromotion: '0ms' } },
      ],
    }),
  });
  const trainer = new CollectorClient(stack.collectorUrl, 'trainer-secret');
  const path = `/v1/models/${encodeURIComponent(model)}`;
  let turn = 0;

  async function get<Body>(from: string): Promise<Body> {
    const response = await fetch(stack.collectorUrl + from, { headers: { authorization: 'Bearer trainer-secret' } });
    if (!response.ok) throw new Error(`GET ${from} answered ${response.status}: ${await response.text()}`);
    return (await response.json()) as Body; // the collector answers with what its API schema says
  }

  const versions = () => get<VersionList>(`${path}/versions`);

  return {
    stack,
    versions,
    async register(version) {
      const artefact = logisticOnnx({ inputs: ['a', 'b'], weights: [3, 0], bias: Number(version) * 1e-4 });
      const [digest, heldOut] = [await trainer.upload(artefact), await trainer.upload(heldOutRows())];
      await trainer.register(model, { version, digest, heldOut, inputs: ['a', 'b'], classes: ['no', 'yes'] });
    },
    async act(verb, body, { revision, key } = {}) {
      turn += 1;
      const response = await fetch(`${stack.collectorUrl}/v1/actions/${verb}/${encodeURIComponent(model)}`, {
        method: 'POST',
        headers: {
          authorization: `Bearer robot-secret-${key === undefined ? turn % robots : 0}`,
          'content-type': 'application/json',
          'idempotency-key': key ?? randomUUID(),
          'if-match': `"${revision ?? (await versions()).revision}"`,
        },
        body: JSON.stringify({ reason: 'a test of faults', ...body }),
      });
      if (!response.ok) throw new Error(`${verb} answered ${response.status}: ${await response.text()}`);
      return (await response.json()) as ActionResult; // as above
    },
    verifyAudit: () => get<AuditVerification>('/v1/audit/verify'),
    async audited(action) {
      const { items } = await get<AuditPage>('/v1/audit?order=newest&limit=200');
      return items.filter((record) => record.action === action);
    },
    startApp() {
      const { servers, user, pass, inboxPrefix } = stack.natsUser('app');
      const monitor = createMonitor({
        service: 'app',
        instance: `app-${monitors.length}`,
        models: [{ name: model, version: '0' }],
        nats: { servers, user, pass, inboxPrefix },
      });
      monitors.push(monitor);
      return monitor;
    },
    async stop() {
      await Promise.all(monitors.map((monitor) => monitor.shutdown()));
      await stack.stop();
    },
  };
}

/** Rows whose label follows the first column. */
function heldOutRows(): string {
  const random = seededRandom(5);
  const lines = ['a,b,label'];
  for (let row = 0; row < 400; row++) {
    const a = random.normal();
    lines.push(`${a},${random.normal()},${random.uniform() < 1 / (1 + Math.exp(-3 * a)) ? 'yes' : 'no'}`);
  }
  return lines.join('\n');
}
