import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { CollectorClient } from './collector-client.ts';
import type { LoanRow } from './history.ts';
import { publishVersion, trainVersion } from './training.ts';

/**
 * The demo's training pipeline: takes signed retrain requests, answers at once, trains on the recent labelled rows of
 * the bank's own warehouse, and reports the new version to the callback of the job.
 *
 * Environment: COLLECTOR_URL, COLLECTOR_TOKEN, WAREHOUSE_URL, WEBHOOK_SECRET; HOST and PORT to listen on, by default any
 * free port of the loopback.
 */

const environment = {
  collectorUrl: required('COLLECTOR_URL'),
  collectorToken: required('COLLECTOR_TOKEN'),
  warehouseUrl: required('WAREHOUSE_URL'),
  webhookSecret: required('WEBHOOK_SECRET'),
};

interface RetrainRequested {
  readonly id: string;
  readonly type: string;
  readonly data: {
    readonly jobId: string;
    readonly model: string;
    readonly version: string;
    readonly callback: { readonly url: string; readonly token: string };
  };
}

const client = new CollectorClient(environment.collectorUrl, environment.collectorToken);
const webhook = new Webhook(environment.webhookSecret);
/** Webhooks arrive at least once: a request seen before is answered, not trained again. */
const seen = new Set<string>();

const server = createServer((request, response) => {
  receive(request, response).catch((error: unknown) => {
    process.stdout.write(`${String(error)}\n`);
    response.writeHead(500).end();
  });
});
const host = process.env.HOST ?? '127.0.0.1';
server.listen(Number(process.env.PORT ?? 0), host, () => {
  const { port } = server.address() as AddressInfo; // listening on TCP
  process.stdout.write(`${JSON.stringify({ event: 'ready', http: `http://${host}:${port}` })}\n`);
});
process.once('SIGTERM', () => process.exit(0));

async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks).toString();
  let event: RetrainRequested;
  try {
    event = webhook.verify(body, request.headers as Record<string, string>) as RetrainRequested;
  } catch (error) {
    process.stdout.write(`refused a request: ${error instanceof Error ? error.message : String(error)}\n`);
    response.writeHead(403).end();
    return;
  }
  response.writeHead(202).end();
  if (event.type !== 'model.retrain.requested' || seen.has(event.id)) return;
  seen.add(event.id);
  await retrain(event);
}

async function retrain({ data }: RetrainRequested): Promise<void> {
  process.stdout.write(`training a successor of ${data.model} ${data.version} for ${data.jobId}\n`);
  try {
    await client.report(data.callback, { state: 'accepted' });
    const rows = (await (await fetch(`${environment.warehouseUrl}/loans`)).json()) as LoanRow[]; // our own warehouse
    await client.report(data.callback, { state: 'running', progress: 0.5 });
    const version = await client.nextVersion(data.model);
    const result = await publishVersion(client, version, trainVersion(rows));
    await client.report(data.callback, { state: 'succeeded', result });
    process.stdout.write(`trained version ${version} on ${rows.length} recent rows\n`);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    process.stdout.write(`training failed: ${reason}\n`);
    await client.report(data.callback, { state: 'failed', error: reason.slice(0, 2_000) });
  }
}

function required(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`the environment variable ${name} is missing`);
  return value;
}
