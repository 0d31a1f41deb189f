import { afterEach, expect, it, vi } from 'vitest';
import { openChanges } from './liveChanges';

vi.mock('@grafana/runtime', () => ({ config: { appSubUrl: '/grafana' } }));

afterEach(() => vi.unstubAllGlobals());

it('listens below the address at which Grafana is served, over one connection for all panels', () => {
  const opened: string[] = [];
  class FakeEventSource {
    constructor(address: string) {
      opened.push(address);
    }
    addEventListener(): void {}
    close(): void {}
  }
  vi.stubGlobal('EventSource', FakeEventSource);
  const changes = openChanges('/api/datasources/proxy/uid/plumbline-models');
  const panels = [changes.subscribe(), changes.subscribe()];
  expect(opened).toEqual(['/grafana/api/datasources/proxy/uid/plumbline-models/v1/stream']);
  for (const panel of panels) panel.unsubscribe();
});
