import { createReadStream, statSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { basename, dirname, extname, join, normalize, sep } from 'node:path';
import { refuse } from './proxy.ts';

const resolve = createRequire(import.meta.url).resolve;
const iconFolder = join(dirname(resolve('@grafana/ui/package.json')), 'dist/public/img/icons');
const fontFolder = join(dirname(resolve('@fontsource/inter/package.json')), 'files');
const monospaceFolder = join(dirname(resolve('@fontsource/roboto-mono/package.json')), 'files');

const contentTypes: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.md': 'text/markdown; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

/** Grafana's own file name of a font -> the same face in the npm package. */
const fonts: Readonly<Record<string, string>> = {
  'Inter-Regular.woff2': join(fontFolder, 'inter-latin-400-normal.woff2'),
  'Inter-Medium.woff2': join(fontFolder, 'inter-latin-500-normal.woff2'),
  'Inter-Italic.woff2': join(fontFolder, 'inter-latin-400-italic.woff2'),
  'Inter-MediumItalic.woff2': join(fontFolder, 'inter-latin-500-italic.woff2'),
};

/** Not every icon Grafana has is in the npm package. Those a page cannot do without are drawn here ... */
const ownIconFolder = join(import.meta.dirname, 'icons');
/** ... and for the others a blank one keeps the layout without a failed request. */
const blankIcon = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"></svg>';

/** Sends a file of `folder`; never one outside it. */
export function sendFile(outgoing: ServerResponse, folder: string, path: string, cache = 'no-cache'): void {
  const file = normalize(join(folder, path));
  const size = file.startsWith(folder + sep) ? sizeOf(file) : null;
  if (size === null) {
    refuse(outgoing, 404, `Not found: ${path}`);
    return;
  }
  outgoing.writeHead(200, {
    'content-type': contentTypes[extname(file)] ?? 'application/octet-stream',
    'content-length': size,
    'cache-control': cache,
    'x-content-type-options': 'nosniff',
  });
  createReadStream(file).pipe(outgoing);
}

/** Icons and fonts under the addresses at which Grafana serves them. */
export function sendGrafanaAsset(outgoing: ServerResponse, path: string): void {
  const icon = /^build\/img\/icons\/(.+\.svg)$/.exec(path)?.[1];
  if (icon !== undefined) {
    if (sizeOf(join(ownIconFolder, basename(icon))) !== null) {
      sendFile(outgoing, ownIconFolder, basename(icon), 'max-age=3600');
      return;
    }
    if (sizeOf(join(iconFolder, normalize(icon))) === null) {
      outgoing.writeHead(200, { 'content-type': contentTypes['.svg'], 'cache-control': 'no-cache' });
      outgoing.end(blankIcon);
      return;
    }
    sendFile(outgoing, iconFolder, icon, 'max-age=3600');
    return;
  }
  const font = path.startsWith('fonts/roboto/')
    ? join(monospaceFolder, 'roboto-mono-latin-400-normal.woff2')
    : path.startsWith('fonts/')
      ? fonts[basename(path)]
      : undefined;
  if (font === undefined) {
    refuse(outgoing, 404, `Not found: ${path}`);
    return;
  }
  sendFile(outgoing, dirname(font), basename(font), 'max-age=3600');
}

function sizeOf(file: string): number | null {
  const found = statSync(file, { throwIfNoEntry: false });
  return found?.isFile() ? found.size : null;
}
