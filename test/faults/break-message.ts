import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { streamName } from '@plumbline/sdk/subjects';
import type { NatsServer } from '../stack/nats-server.ts';

/**
 * Turns over one byte of a message in the broker's file, as a bad disk does, and starts the broker again. It notices when
 * it comes to read the message, which it then leaves out: it logs nothing, and counts it among what there is.
 *
 * `directory`: the server's; `data`: of the message. The stream must fit into one file: 8 MiB.
 */
export async function breakMessage(server: NatsServer, directory: string, data: Uint8Array): Promise<void> {
  await server.stop();
  const account = join(directory, 'store', 'jetstream', 'PLUMBLINE');
  const file = join(account, 'streams', streamName, 'msgs', '1.blk');
  const bytes = readFileSync(file);
  const place = bytes.indexOf(data);
  if (place < 0) throw new Error(`the message is not in ${file}`);
  bytes.writeUInt8(bytes.readUInt8(place) ^ 0xff, place);
  writeFileSync(file, bytes);
  await server.restart();
}
