import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ArtefactStore, digestOf } from './artefacts.ts';

let folder: string;
let artefacts: ArtefactStore;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'artefacts-'));
  artefacts = new ArtefactStore(join(folder, 'deep'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const bytes = new TextEncoder().encode('a model');
const digest = digestOf(bytes);
const files = () => readdir(join(folder, 'deep')).catch(() => []);

describe('the artefact store', () => {
  test('gives back what was put, by digest', async () => {
    expect(await artefacts.has(digest)).toBe(false);
    expect(await artefacts.put(bytes)).toBe(digest);
    expect(await artefacts.put(bytes)).toBe(digest);
    expect(await artefacts.has(digest)).toBe(true);
    expect(Buffer.from(await artefacts.read(digest)).toString()).toBe('a model');
    expect(await files()).toEqual([digest.slice(7)]);
  });

  test('keeps a stream whose bytes have the digest', async () => {
    const stream = () => Readable.from([bytes.subarray(0, 3), bytes.subarray(3)]);
    expect(await artefacts.receive(digest, stream(), 100)).toEqual({ bytes: 7, created: true });
    expect(await artefacts.receive(digest, stream(), 100)).toEqual({ bytes: 7, created: false });
    expect(Buffer.from(await artefacts.read(digest)).toString()).toBe('a model');
  });

  test('keeps nothing of a stream with another digest', async () => {
    const received = artefacts.receive(digest, Readable.from([Buffer.from('another model')]), 100);
    await expect(received).rejects.toMatchObject({ code: 'BAD_ARTEFACT' });
    expect(await files()).toEqual([]);
  });

  test('keeps nothing of a stream that is too large, or breaks', async () => {
    await expect(artefacts.receive(digest, Readable.from([bytes]), 6)).rejects.toMatchObject({ code: 'TOO_LARGE' });
    const broken = Readable.from(
      (async function* () {
        yield bytes.subarray(0, 3);
        throw new Error('connection lost');
      })(),
    );
    await expect(artefacts.receive(digest, broken, 100)).rejects.toThrow('connection lost');
    expect(await files()).toEqual([]);
  });

  test('refuses to hand out what was changed on disk', async () => {
    await artefacts.put(bytes);
    const path = join(folder, 'deep', digest.slice(7));
    const changed = await readFile(path);
    changed[0] = 0;
    await writeFile(path, changed);
    await expect(artefacts.read(digest)).rejects.toMatchObject({
      code: 'BAD_ARTEFACT',
      details: { expected: digest, found: digestOf(changed) },
    });
  });

  test('says what is not there', async () => {
    await expect(artefacts.read(digest)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test.each([
    '',
    '../../etc/passwd',
    'sha256:../../etc/passwd',
    `sha256:${'A'.repeat(64)}`,
    `sha256:${'a'.repeat(63)}`,
  ])('takes nothing but digests: %j', async (bad) => {
    await expect(artefacts.read(bad)).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    await expect(artefacts.has(bad)).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  });
});
