import { describe, expect, it } from 'vitest';
import { createMonitor } from '../index.ts';
import { createMemoryTransport } from '../testing/index.ts';
import { createSpanExporter, createSpanProcessor } from './index.ts';

const model = { name: 'assistant', version: '1' };
const monitor = createMonitor({ service: 'api', model, transport: createMemoryTransport(), flushAtExit: false });

describe('options of model calls that cannot work', () => {
  it.each([
    [null, 'must be an object'],
    [{ model: 7 }, '"model" must be a string or a function, not number'],
    [{ content: 'all' }, '"content" must be "none" or "messages"'],
    [{ features: { length: 1 } }, '"features" must be a function, not object'],
    [{ sampling: 0.1 }, 'there is no "sampling"'],
  ])('are refused while the app sets itself up: %j', (options, message) => {
    // JavaScript gives anything.
    expect(() => createSpanProcessor(monitor, options as never)).toThrow(message);
    expect(() => createSpanExporter(monitor, options as never)).toThrow(TypeError);
  });
});
