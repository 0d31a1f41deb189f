import amdModule from 'amd-module';

/**
 * Grafana may serve a plugin from a sub-path or a CDN. The loader knows from where this module came, so the chunks are
 * looked for beside it. Must be the first import of every module entry.
 */
declare let __webpack_public_path__: string;

if (amdModule?.uri) {
  __webpack_public_path__ = amdModule.uri.slice(0, amdModule.uri.lastIndexOf('/') + 1);
}
