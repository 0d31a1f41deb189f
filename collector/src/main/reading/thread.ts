import { parentPort, workerData } from 'node:worker_threads';
import { connectReading, type ReadingConnection } from '../../bus/index.ts';
import { isPlumblineError } from '../../errors.ts';
import type { FromReader, ReadRequest, ThreadSettings } from './protocol.ts';
import { SendingReader } from './sending-reader.ts';

/** The program of the thread that reads: one connection to the broker, on which one reader after the other is opened. */

// Given by `ReadingThread`.
const { nats } = workerData as ThreadSettings;
let connecting: Promise<ReadingConnection> | undefined;

parentPort?.on('message', ({ from, port }: ReadRequest) => {
  // A reader that fails later takes the thread with it, which the other side sees.
  void open(from).then(
    ({ reader, release }) => new SendingReader(port, reader, release).run(),
    (error: unknown) => {
      const code = isPlumblineError(error) ? error.code : 'BROKER_UNAVAILABLE';
      const message = error instanceof Error ? error.message : String(error);
      port.postMessage({ type: 'refused', code, message } satisfies FromReader);
      port.close();
    },
  );
});

async function open(from: ReadRequest['from']) {
  connecting ??= connectReading({ nats });
  try {
    const connection = await connecting;
    return { reader: await connection.read(from), release: connection.release };
  } catch (error) {
    // The next attempt begins with a new connection.
    const failed = connecting;
    connecting = undefined;
    await failed.then((connection) => connection.close()).catch(() => undefined);
    throw error;
  }
}
