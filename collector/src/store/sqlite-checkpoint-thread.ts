import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';

/** The program of `SqliteCheckpointer`'s thread. `PASSIVE` waits for nobody and lets nobody wait. */

const database = new DatabaseSync(String(workerData), { timeout: 5_000 });
parentPort?.on('message', (message: 'checkpoint' | 'close') => {
  if (message === 'checkpoint') {
    database.exec('PRAGMA wal_checkpoint(PASSIVE)');
    parentPort?.postMessage('done');
  } else {
    database.close();
    parentPort?.close();
  }
});
