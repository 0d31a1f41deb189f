import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import { requireNatsServer } from '../../../../test/setup/nats-server.mjs';
import { patience } from './broker.ts';

/** A nats-server with nothing but JetStream and the lines of configuration it is given. */
export interface BareServer {
  readonly url: string;
  stop(): Promise<void>;
}

export async function startBareServer(configuration = ''): Promise<BareServer> {
  const directory = mkdtempSync(join(tmpdir(), 'plumbline-bare-'));
  const file = join(directory, 'nats.conf');
  const jetStream = `jetstream { store_dir: ${JSON.stringify(directory)} }`;
  writeFileSync(
    file,
    ['listen: "127.0.0.1:-1"', `ports_file_dir: "${directory}"`, jetStream, configuration].join('\n'),
  );
  const server = spawn(requireNatsServer().path, ['-c', file], { stdio: 'ignore' });
  const ended = new Promise((resolve) => server.once('close', resolve));
  const url = await vi.waitFor(() => {
    const [ports = ''] = readdirSync(directory).filter((name) => name.endsWith('.ports'));
    return JSON.parse(readFileSync(join(directory, ports), 'utf8')).nats[0];
  }, patience);
  return {
    url,
    async stop() {
      server.kill();
      await ended;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
