import { createContextKey, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { describe, expect, it } from 'vitest';
import { contextWithSpan } from './context-with-span.ts';

const span = (digit: string) =>
  trace.wrapSpanContext({ traceId: digit.repeat(32), spanId: digit.repeat(16), traceFlags: 1 });
const tenant = createContextKey('tenant');

describe('a context with a span', () => {
  it('is to its readers what the API would have made', () => {
    const outer = trace.setSpan(ROOT_CONTEXT.setValue(tenant, 'acme'), span('a'));
    const mine = contextWithSpan(outer, span('b'));
    expect(trace.getSpanContext(mine)?.traceId).toBe('b'.repeat(32));
    expect(mine.getValue(tenant)).toBe('acme');
    expect(trace.getSpanContext(outer)?.traceId).toBe('a'.repeat(32));
  });

  it('can be changed as any other, and stays itself', () => {
    const mine = contextWithSpan(ROOT_CONTEXT.setValue(tenant, 'acme'), span('b'));
    const changed = trace.setSpan(mine.setValue(tenant, 'other'), span('c'));
    expect([changed.getValue(tenant), trace.getSpanContext(changed)?.traceId]).toEqual(['other', 'c'.repeat(32)]);
    expect([mine.getValue(tenant), trace.getSpanContext(mine)?.traceId]).toEqual(['acme', 'b'.repeat(32)]);
    expect(trace.getSpan(trace.deleteSpan(mine))).toBeUndefined();
    expect(trace.deleteSpan(mine).getValue(tenant)).toBe('acme');
  });

  it('holds nothing of the contexts of its kind around it: calls that go on from each other would never end', () => {
    let at = contextWithSpan(ROOT_CONTEXT, span('a'));
    for (let call = 0; call < 3; call++) {
      at = contextWithSpan(at, span('b'));
    }
    expect(at).toMatchObject({ outer: ROOT_CONTEXT });
  });
});
