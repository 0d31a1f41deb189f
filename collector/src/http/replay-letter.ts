import { doorOf, readBatch, repartitioned, replayedMessage } from '../events/index.ts';
import type { DeadLetter } from '../store/dead-letters.ts';
import type { Entered, EnteringBody } from './entering.ts';
import type { Services } from './ports.ts';
import { enterEvents } from './routes/events.ts';
import { enterKserve } from './routes/kserve.ts';
import { enterTraces } from './routes/otlp.ts';

/** Why a letter stays a dead letter. */
export class StillUnreadable {
  readonly code: 'not_kept' | 'still_unreadable';
  readonly reason: string;

  constructor(code: StillUnreadable['code'], reason: string) {
    this.code = code;
    this.reason = reason;
  }
}

const doors: Readonly<Record<string, (services: Services, body: EnteringBody) => Promise<Entered>>> = {
  '/v1/events': enterEvents,
  '/v1/traces': enterTraces,
  '/v1/kserve': enterKserve,
};

/**
 * Publishes a letter again; a body that came over HTTP goes through its door again. What still cannot be read is not
 * published: it would only become another letter. Doing it twice counts its events once. Throws `BROKER_UNAVAILABLE`.
 */
export async function replayLetter(services: Services, letter: DeadLetter): Promise<StillUnreadable | null> {
  const message = await services.collector.deadLetterMessage(letter);
  if (message === undefined) return new StillUnreadable('not_kept', 'the broker no longer has its bytes');
  const door = doorOf(message);
  if (door === null) {
    const read = readBatch(message);
    if (read.kind === 'refusal') return unreadable(read.reason);
    if (!services.settings.models.some(({ name }) => name === read.model)) {
      return unreadable(`no model named ${JSON.stringify(read.model)} is configured`);
    }
    const { partitions } = services.settings.collector.nats;
    const isMisplaced = letter.code === 'WRONG_PARTITION';
    await services.publish(isMisplaced ? repartitioned(message, read, partitions) : [replayedMessage(message)]);
    return null;
  }
  if (door.cut) return new StillUnreadable('not_kept', 'only a part of its bytes was kept');
  const entered = await doors[door.door]?.(services, {
    contentType: message.contentType ?? '',
    headers: { ...door.headers, 'content-type': message.contentType },
    query: door.query,
    bytes: message.data,
    producer: `replay-${message.storedAt}-${message.sequence}`,
  });
  if (entered === undefined) return unreadable(`it came by ${door.door}, which takes no events`);
  return entered.kind === 'refusal' ? unreadable(entered.reason) : null;
}

function unreadable(reason: string): StillUnreadable {
  return new StillUnreadable('still_unreadable', `it still cannot be read: ${reason}`);
}
