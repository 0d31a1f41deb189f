import { describe, expect, it } from 'vitest';
import { pageOfAddress } from './routing';

describe('an address', () => {
  it.each([
    ['/a/plumbline-models-app', { page: 'models', id: null, tab: null }],
    ['/a/plumbline-models-app/models', { page: 'models', id: null, tab: null }],
    ['/grafana/a/plumbline-models-app/models/credit%20risk/drift', { page: 'models', id: 'credit risk', tab: 'drift' }],
    ['/a/plumbline-models-app/alerts/a1f0', { page: 'alerts', id: 'a1f0', tab: null }],
    ['/a/plumbline-models-app/models/%zz', { page: 'models', id: '%zz', tab: null }],
  ])('%s is about a page of the app', (pathname, about) => {
    expect(pageOfAddress(pathname)).toEqual(about);
  });

  it.each(['/d/abc', '/a/plumbline-models-app/nowhere', '/a/plumbline-models-apple/models', '/'])(
    '%s is about something else',
    (pathname) => {
      expect(pageOfAddress(pathname)).toBeNull();
    },
  );
});
