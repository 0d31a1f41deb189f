import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = dirname(fileURLToPath(import.meta.url));
const modules = join(here, '../../node_modules');

/** One bundle with everything Grafana would share with a plugin. Splitting it would make second copies of modules. */
export default defineConfig({
  root: join(here, 'page'),
  resolve: {
    alias: [
      // The router and the history that @grafana/ui itself runs on, so that there is one of each.
      {
        find: 'react-router-dom-v5-compat',
        replacement: join(modules, '@grafana/ui/node_modules/react-router-dom-v5-compat'),
      },
      { find: /^#runtime\//, replacement: `${join(modules, '@grafana/runtime/dist/esm')}/` },
    ],
    dedupe: ['react', 'react-dom', '@grafana/data', '@grafana/runtime', '@grafana/ui', 'rxjs'],
  },
  define: { 'process.env.NODE_ENV': '"production"', global: 'globalThis' },
  build: {
    outDir: join(here, 'dist'),
    emptyOutDir: true,
    minify: 'esbuild',
    reportCompressedSize: false,
    target: 'es2022',
    chunkSizeWarningLimit: 100_000,
    rollupOptions: { shimMissingExports: true, onwarn: () => {} },
  },
  logLevel: 'warn',
});
