import { readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { segmentSuffix } from './journal.ts';
import { readLine, type SpooledEvent } from './lines.ts';

/** Folders of this process, so that monitors of one process leave each other's alone. */
const inUse = new Set<string>();

const ownerFile = 'owner.json';
/** A living owner says so this often; one that has been silent for six times as long is dead. */
export const ownerBeatMs = 10_000;
const silenceMs = 6 * ownerBeatMs;

/** Marks the folder as in use by this process. It exists already. */
export async function own(folder: string): Promise<void> {
  inUse.add(folder);
  await writeFile(join(folder, ownerFile), JSON.stringify({ host: hostname(), pid: process.pid }), { mode: 0o600 });
}

export async function stillOwn(folder: string): Promise<void> {
  const now = new Date();
  await utimes(join(folder, ownerFile), now, now);
}

export function disown(folder: string): void {
  inUse.delete(folder);
}

/** Takes a folder whose process is dead, so that nobody else does; nothing when there is none. */
export async function claimLeftOver(root: string, mine: string, now: number): Promise<string | undefined> {
  for (const name of await readdir(root).catch(() => [])) {
    const folder = join(root, name);
    if (inUse.has(folder) || folder === mine || !(await isDead(folder, now))) {
      continue;
    }
    const claimed = join(root, `${name.slice(0, 80)}.${process.pid.toString(36)}${Math.floor(now).toString(36)}`);
    try {
      // Of several that try, one succeeds.
      await rename(folder, claimed);
      await own(claimed);
      return claimed;
    } catch {
      // Somebody else was quicker.
    }
  }
  return undefined;
}

async function isDead(folder: string, now: number): Promise<boolean> {
  try {
    const path = join(folder, ownerFile);
    const { mtimeMs } = await stat(path);
    if (now - mtimeMs > silenceMs) {
      return true;
    }
    const owner: unknown = JSON.parse(await readFile(path, 'utf8'));
    const { host, pid } = owner as { readonly host?: unknown; readonly pid?: unknown };
    // A process of this number that is not this one's folder owner came before: containers all begin at 1.
    return host === hostname() && typeof pid === 'number' && (pid === process.pid || !isAlive(pid));
  } catch {
    // No owner file: made this moment, or not a folder of ours.
    return false;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

export interface LeftOverBatch {
  readonly producer: string;
  readonly number: number;
  readonly events: SpooledEvent[];
}

/** The batches of a folder that were never settled, in the order of their numbers. A torn last line is passed over. */
export async function readLeftOver(folder: string): Promise<LeftOverBatch[]> {
  const batches = new Map<string, LeftOverBatch>();
  const names = (await readdir(folder)).filter((name) => name.endsWith(segmentSuffix)).sort();
  for (const name of names) {
    for (const text of (await readFile(join(folder, name), 'utf8')).split('\n')) {
      const line = readLine(text);
      if (line === undefined) {
        continue;
      }
      const key = `${line.producer}:${line.number}`;
      if (line.kind === 'settled') {
        batches.delete(key);
        continue;
      }
      const batch = batches.get(key) ?? { producer: line.producer, number: line.number, events: [] };
      batches.set(key, batch);
      batch.events.push(line.event);
    }
  }
  return [...batches.values()].sort((a, b) => a.number - b.number);
}

export async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  disown(folder);
}
