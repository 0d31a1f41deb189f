import { describe, expect, it } from 'vitest';
import { batchRows } from './batch-rows.ts';
import { decodeBatch } from './decode.ts';
import goldenV1 from './golden-v1.json' with { type: 'json' };
import goldenV2 from './golden-v2.json' with { type: 'json' };
import { identityFromHeaders } from './json-lines.ts';

/**
 * Batches written by the first encoders of each version. They lie in streams and spools for as long as people keep them, so
 * every later reader must read them as this one does: never edit a fixture, only add.
 */
const versions: readonly [string, readonly Fixture[]][] = [
  ['1', goldenV1],
  ['2', goldenV2],
];

describe.each(versions)('batches of version %s', (_, golden) => {
  it.each(golden)('$name: $why', (fixture) => {
    const { headers } = fixture;
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

interface Fixture {
  readonly name: string;
  readonly why: string;
  readonly contentType: string;
  readonly headers: Readonly<Partial<Record<string, string>>>;
  readonly producer: string;
  readonly batch: number;
  readonly model: string;
  readonly schema?: string | null;
  readonly base64: string;
  readonly rows: readonly unknown[];
}
