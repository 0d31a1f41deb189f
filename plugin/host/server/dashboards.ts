import { readdirSync, readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { refuse } from './proxy.ts';

/** Answers `GET /api/dashboards/uid/<uid>` as Grafana does, out of a folder of provisioned dashboards. */
export function sendDashboard(outgoing: ServerResponse, folder: string, uid: string): void {
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.json'))) {
    const dashboard = JSON.parse(readFileSync(join(folder, file), 'utf8')) as { uid?: unknown };
    if (dashboard.uid === uid) {
      outgoing.writeHead(200, { 'content-type': 'application/json; charset=utf-8' });
      outgoing.end(JSON.stringify({ meta: { provisioned: true }, dashboard }));
      return;
    }
  }
  refuse(outgoing, 404, 'Dashboard not found');
}
