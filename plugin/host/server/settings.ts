import type { IncomingMessage, ServerResponse } from 'node:http';
import { hasRole, type Person } from './people.ts';
import { refuse } from './proxy.ts';

const maximumBytes = 65_536;

interface KeptSettings {
  jsonData: Record<string, string>;
  secureJsonData: Record<string, string>;
}

/**
 * Grafana's `POST /api/plugins/:id/settings`: for administrators; `jsonData` is replaced, a secret that is not sent is
 * kept, and no answer ever holds one.
 */
export async function saveSettings(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  person: Person,
  settings: KeptSettings,
): Promise<void> {
  if (!hasRole(person, 'Admin')) {
    refuse(
      outgoing,
      403,
      "You'll need additional permissions to perform this action. Permissions needed: plugins:write",
    );
    return;
  }
  const body = await readJson(incoming);
  if (body === null) {
    refuse(outgoing, 400, 'bad request data');
    return;
  }
  settings.jsonData = textsOf(body.jsonData);
  settings.secureJsonData = { ...settings.secureJsonData, ...textsOf(body.secureJsonData) };
  outgoing.writeHead(200, { 'content-type': 'application/json; charset=utf-8' });
  outgoing.end(JSON.stringify({ message: 'Plugin settings updated' }));
}

async function readJson(incoming: IncomingMessage): Promise<{ jsonData?: unknown; secureJsonData?: unknown } | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming) {
    bytes += chunk.length;
    if (bytes > maximumBytes) {
      return null;
    }
    chunks.push(chunk);
  }
  try {
    const body: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    return typeof body === 'object' ? body : null;
  } catch {
    return null;
  }
}

function textsOf(value: unknown): Record<string, string> {
  const entries = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}
