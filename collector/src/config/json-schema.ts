import { z } from 'zod';
import { plumblineSettings } from './settings.ts';

/**
 * JSON Schema (draft 2020-12) of `plumbline.yaml`, made from the schema that validates it. Editors complete and check
 * the file with it: `plumbline serve --print-schema > plumbline.schema.json`, then
 * `# yaml-language-server: $schema=plumbline.schema.json` as the file's first line.
 */
export function settingsJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(plumblineSettings, { io: 'input' });
  return { ...schema, title: 'plumbline.yaml', description: 'Settings of a Plumbline collector' };
}
