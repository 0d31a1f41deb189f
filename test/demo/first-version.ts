import { CollectorClient } from './collector-client.ts';
import { demoModel } from './settings.ts';
import { oldLoans } from './story.ts';
import { publishVersion, trainVersion } from './training.ts';

/**
 * Trains version 1 of the demo's model and registers it, for a collector that runs already (docker-compose). Doing it
 * again changes nothing. Environment: COLLECTOR_URL, COLLECTOR_TOKEN.
 */
const { COLLECTOR_URL = 'http://127.0.0.1:4318', COLLECTOR_TOKEN = '' } = process.env;
const client = new CollectorClient(COLLECTOR_URL, COLLECTOR_TOKEN);
const { version } = await client.register(demoModel, await publishVersion(client, '1', trainVersion(oldLoans())));
process.stdout.write(`registered ${demoModel} ${version}\n`);
