import type { VersionList } from '@plumbline/collector/api';
import { CollectorClient } from './collector-client.ts';
import { demoModel } from './settings.ts';
import { oldLoans } from './story.ts';
import { publishVersion, trainVersion } from './training.ts';

/**
 * Trains version 1 of the demo's model and registers it with a collector that runs already (docker-compose), unless it
 * is there. Environment: COLLECTOR_URL, COLLECTOR_TOKEN.
 */
const { COLLECTOR_URL = 'http://127.0.0.1:4318', COLLECTOR_TOKEN = '' } = process.env;

if (await isRegistered('1')) {
  process.stdout.write(`${demoModel} 1 is registered already\n`);
} else {
  const client = new CollectorClient(COLLECTOR_URL, COLLECTOR_TOKEN);
  await client.register(demoModel, await publishVersion(client, '1', trainVersion(oldLoans())));
  process.stdout.write(`registered ${demoModel} 1\n`);
}

async function isRegistered(version: string): Promise<boolean> {
  const response = await fetch(`${COLLECTOR_URL}/v1/models/${demoModel}/versions`, {
    headers: { authorization: `Bearer ${COLLECTOR_TOKEN}` },
  });
  if (!response.ok) throw new Error(`the collector answered ${response.status}: ${await response.text()}`);
  const { versions } = (await response.json()) as VersionList; // the collector answers with what its API schema says
  return versions.some((known) => known.version === version);
}
