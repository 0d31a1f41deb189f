import { describe, expect, it } from 'vitest';
import { batchRows } from './batch-rows.ts';
import { decodeBatch } from './decode.ts';
import golden from './golden-v1.json' with { type: 'json' };
import { identityFromHeaders } from './json-lines.ts';

/**
 * Batches written by the first released encoders. They lie in streams and spools for as long as people keep them, so
 * every later reader must read them as this one does: never edit a fixture, only add.
 */
describe('batches of version 1', () => {
  it.each(golden)('$name: $why', (fixture) => {
    const headers: Partial<Record<string, string>> = fixture.headers;
    const bytes = Buffer.from(fixture.base64, 'base64');

    const batch = decodeBatch(
      bytes,
      fixture.contentType,
      identityFromHeaders((name) => headers[name]),
    );

    expect(batch).toMatchObject({ producer: fixture.producer, batch: fixture.batch, model: fixture.model });
    if (batch.kind === 'rejection') {
      throw new Error(batch.reason);
    }
    // JSON has no infinity: the fixture names it.
    expect(
      JSON.parse(JSON.stringify(batchRows(batch), (_, value) => (value === Infinity ? 'Infinity' : value))),
    ).toEqual(fixture.rows);
    if (batch.kind === 'inference') {
      expect(batch.schema.id).toBe(fixture.schema);
    }
  });
});
