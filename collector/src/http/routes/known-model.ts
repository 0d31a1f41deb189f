import { z } from 'zod';
import type { ModelSettings, PlumblineSettings } from '../../config/index.ts';
import { PlumblineError } from '../../errors.ts';

export const modelParams = z.strictObject({ model: z.string().min(1).max(128) });

/** Settings of a model, or `UNKNOWN_MODEL`. */
export function knownModel(settings: PlumblineSettings, model: string): ModelSettings {
  const found = settings.models.find(({ name }) => name === model);
  if (found === undefined) {
    throw new PlumblineError('UNKNOWN_MODEL', 'the settings declare no model of that name');
  }
  return found;
}
