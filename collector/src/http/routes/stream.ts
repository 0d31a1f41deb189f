import { PlumblineError } from '../../errors.ts';
import type { NumberedLiveEvent } from '../live-events.ts';
import { type RawRoute, rawRoute } from '../route.ts';

const heartbeatMs = 15_000;
const maximumWatchers = 200;
/** What may wait for a slow reader before it is told to come back. */
const maximumBacklogBytes = 262_144;

/**
 * Server-sent events: says that something changed and where to look, not what. A reader that comes back with
 * `Last-Event-ID` gets what it missed, or `reset` when that is no longer known.
 */
export const streamRoutes: readonly RawRoute[] = [
  rawRoute({
    method: 'GET',
    path: '/v1/stream',
    summary: 'Live events: alert, version, window, retrain; each names its model',
    access: { kind: 'read' },
    errors: ['TOO_MANY_REQUESTS'],
    produces: 'text/event-stream',
    async respond({ services, headers }, reply) {
      if (services.live.watchers() >= maximumWatchers) {
        throw new PlumblineError('TOO_MANY_REQUESTS', `${maximumWatchers} readers are watching already`);
      }
      reply.hijack();
      const { raw } = reply;
      raw.writeHead(200, {
        // What the server's hooks have set, which `hijack` would leave behind.
        ...onlyDefined(reply.getHeaders()),
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
      });
      const write = (text: string) => {
        if (raw.writableLength > maximumBacklogBytes) {
          raw.destroy();
        } else {
          raw.write(text);
        }
      };
      const lastId = headers['last-event-id'];
      const missed = lastId === undefined ? [] : services.live.since(String(lastId));
      write(missed === null ? 'event: reset\ndata: {}\n\n' : `: watching\n\n${missed.map(eventText).join('')}`);
      const unsubscribe = services.live.subscribe((event) => write(eventText(event)));
      const heartbeat = setInterval(() => write(': still here\n\n'), heartbeatMs);
      heartbeat.unref();
      raw.once('close', () => {
        clearInterval(heartbeat);
        unsubscribe();
      });
    },
  }),
];

function eventText({ id, type, model, at }: NumberedLiveEvent): string {
  return `id: ${id}\nevent: ${type}\ndata: ${JSON.stringify({ model, at })}\n\n`;
}

function onlyDefined(headers: Readonly<Record<string, number | string | string[] | undefined>>) {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
