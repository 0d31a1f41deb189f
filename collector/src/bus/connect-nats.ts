import { createConnection, type Socket } from 'node:net';
import {
  type ConnectionOptions,
  type NatsConnection,
  NatsConnectionImpl,
  setTransportFactory,
} from '@nats-io/transport-node';
import { NodeTransport, nodeResolveHost } from '@nats-io/transport-node/lib/node_transport.js';
import { MessageCutter } from './message-cutter.ts';
import type { MessageMemory } from './message-memory.ts';

/**
 * `connect` of the NATS client, for reading long messages fast: the socket writes into one buffer, which is read over and
 * over, and messages are cut out of it (see `MessageCutter`). Otherwise every 64 kB that arrive are memory of their own,
 * and most of what a reader costs is its being collected. `memory`: of messages that the reader gives back.
 */
export function connectNats(options: ConnectionOptions, memory?: MessageMemory): Promise<NatsConnection> {
  // For the whole thread: other connections of the client are cut too, which they do not notice.
  setTransportFactory({ factory: () => new CuttingTransport(memory), dnsResolveFn: nodeResolveHost });
  return NatsConnectionImpl.connect(options);
}

class CuttingTransport extends NodeTransport {
  readonly #memory: MessageMemory | undefined;

  constructor(memory?: MessageMemory) {
    super();
    this.#memory = memory;
  }

  override dial({ hostname, port }: { hostname: string; port: number }): Promise<Socket> {
    const cutter = new MessageCutter(this.#memory);
    const { promise, resolve, reject } = Promise.withResolvers<Socket>();
    let problem: Error | undefined;
    const socket: Socket = createConnection({
      port,
      host: hostname,
      noDelay: true,
      onread: {
        buffer: new Uint8Array(bytesAtOnce),
        callback(length, buffer) {
          for (const piece of cutter.cut(buffer.subarray(0, length))) socket.emit('data', piece);
          return true;
        },
      },
    });
    socket.once('connect', () => {
      socket.removeAllListeners();
      resolve(socket);
    });
    socket.once('error', (error) => {
      problem = error;
    });
    socket.once('close', () => {
      socket.removeAllListeners();
      reject(problem);
    });
    return promise;
  }
}

const bytesAtOnce = 262_144;
