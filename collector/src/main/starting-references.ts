import { readFile } from 'node:fs/promises';
import type { ModelSettings } from '../config/index.ts';
import { isPlumblineError, PlumblineError } from '../errors.ts';
import { decodeReference, type Reference } from '../profile/index.ts';

/**
 * The references that models name as files, by model. Read before anything else starts: a missing file is a setting that
 * somebody must correct. Throws `BAD_CONFIG` with the model and the file.
 */
export async function readStartingReferences(
  models: readonly ModelSettings[],
): Promise<ReadonlyMap<string, Reference>> {
  const references = new Map<string, Reference>();
  for (const { name, reference } of models) {
    if (!('file' in reference)) {
      continue;
    }
    try {
      references.set(name, decodeReference(await readFile(reference.file, 'utf8')));
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      const hint = isPlumblineError(cause) ? '' : '; `plumbline profile` writes one';
      throw new PlumblineError('BAD_CONFIG', `model ${name}: reference ${reference.file}: ${reason}${hint}`, { cause });
    }
  }
  return references;
}
