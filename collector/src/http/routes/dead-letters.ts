import { z } from 'zod';
import { PlumblineError } from '../../errors.ts';
import { appendAudit } from '../../store/audit.ts';
import { readCounts } from '../../store/counts.ts';
import {
  type DeadLetter,
  markReplayed,
  noteReplay,
  readDeadLetter,
  readDeadLetterCodes,
  readDeadLetterPage,
  readReplayRevision,
  readWaitingDeadLetters,
} from '../../store/dead-letters.ts';
import type { Stored } from '../../store/port.ts';
import {
  actionRequests,
  actionResult,
  type deadLetter,
  deadLetterCodeList,
  deadLetterDetail,
  deadLetterList,
} from '../api.ts';
import { afterOf, defaultPageSize, pageOfRead, pageQuery } from '../page.ts';
import { replayLetter, StillUnreadable } from '../replay-letter.ts';
import { type JsonRoute, jsonRoute } from '../route.ts';
import { action, known } from './action.ts';

const letterParams = z.strictObject({ letter: z.string().min(1).max(128) });
const codeParams = z.strictObject({ code: z.string().min(1).max(64) });

/** Letters that one action replays; the next action takes the next ones. */
const replaysAtOnce = 100;
/** Of a letter's bytes that are shown. */
const headBytes = 4_096;

/** What could not be read: a look at it, and another try. */
export const deadLetterRoutes: readonly JsonRoute[] = [
  jsonRoute({
    method: 'GET',
    path: '/v1/dead-letters',
    summary: 'Batches that could not be read, the latest first, with the reason',
    access: { kind: 'read' },
    query: pageQuery.extend({ code: z.string().max(64).optional() }),
    response: deadLetterList,
    async handle({ services, query }) {
      const before = afterOf(query);
      const limit = query.limit ?? defaultPageSize;
      return services.store.read(async (transaction) => {
        const found = await readDeadLetterPage(transaction, {
          before,
          code: query.code,
          limit: limit + 1,
        });
        const { items, nextCursor } = pageOfRead(found, limit, ({ value }) => value.id);
        return { items: items.map(letterBody), total: (await readCounts(transaction)).deadLetters, nextCursor };
      });
    },
  }),

  jsonRoute({
    method: 'GET',
    path: '/v1/dead-letter-codes',
    summary: 'Why batches could not be read: codes, with how many there are and how many nobody has tried again',
    access: { kind: 'read' },
    response: deadLetterCodeList,
    handle: ({ services }) =>
      services.store.read(async (transaction) => ({ items: await readDeadLetterCodes(transaction) })),
  }),

  jsonRoute({
    method: 'GET',
    path: '/v1/dead-letters/:letter',
    summary: 'One of them with its first bytes: for those who may replay it, since it holds what an app sent',
    access: { kind: 'verb', verb: 'replay-dead-letter' },
    errors: ['NOT_FOUND', 'BROKER_UNAVAILABLE'],
    params: letterParams,
    response: deadLetterDetail,
    async handle({ services, params }) {
      const stored = foundLetter(
        await services.store.read((transaction) => readDeadLetter(transaction, params.letter)),
      );
      const message = await services.collector.deadLetterMessage(stored.value);
      const head = message?.data.subarray(0, headBytes);
      return {
        ...letterBody(stored),
        payload:
          message === undefined || head === undefined
            ? null
            : {
                contentType: message.contentType ?? null,
                ...shown(head),
                bytes: message.data.length,
                cut: message.data.length > headBytes,
              },
      };
    },
  }),

  jsonRoute({
    ...action('replay-dead-letter', 'Try again to read a batch, once its cause is mended', 'letter'),
    errors: ['NOT_FOUND', 'BROKER_UNAVAILABLE'],
    params: letterParams,
    body: actionRequests['replay-dead-letter'],
    response: actionResult,
    async handle({ services, actor, params, body, control }) {
      const { expectedRevision, idempotencyKey: requestId } = known(control);
      return services.store.transaction(async (transaction) => {
        const stored = foundLetter(await readDeadLetter(transaction, params.letter));
        requireRevision('the dead letter', stored.revision, expectedRevision);
        if (stored.value.replayed !== undefined) {
          throw new PlumblineError('REFUSED', 'the dead letter was replayed before', {
            details: { reason: 'already_replayed' },
          });
        }
        const problem = await replayLetter(services, stored.value);
        if (problem !== null) {
          throw new PlumblineError('REFUSED', problem.reason, { details: { reason: problem.code } });
        }
        const at = services.clock();
        const revision = await markReplayed(transaction, stored, { at, by: actor.subject });
        const { code, subject } = stored.value;
        await appendAudit(transaction, {
          at,
          actor: actor.subject,
          action: 'dead_letter.replayed',
          target: `dead-letter/${params.letter}`,
          reason: body.reason,
          requestId,
          before: null,
          after: { code, subject },
        });
        return { revision, outcome: 'done' as const, text: 'It is on the stream again', approval: null };
      });
    },
  }),

  jsonRoute({
    ...action('replay-dead-letters', 'Try again to read every batch that was refused with a code', 'code'),
    errors: ['BROKER_UNAVAILABLE'],
    params: codeParams,
    body: actionRequests['replay-dead-letters'],
    response: actionResult,
    async handle({ services, actor, params: { code }, body, control }) {
      const { expectedRevision, idempotencyKey: requestId } = known(control);
      return services.store.transaction(async (transaction) => {
        requireRevision('the code', await readReplayRevision(transaction, code), expectedRevision);
        const at = services.clock();
        const waiting = await readWaitingDeadLetters(transaction, code);
        let [replayed, unreadable] = [0, 0];
        // Those that cannot be read cost little: only those that are published count against the limit.
        for (const stored of waiting) {
          if (replayed === replaysAtOnce) break;
          const problem = await replayLetter(services, stored.value);
          if (problem instanceof StillUnreadable) {
            unreadable += 1;
            if (unreadable === unreadableAtOnce) break;
            continue;
          }
          await markReplayed(transaction, stored, { at, by: actor.subject });
          replayed += 1;
        }
        const left = waiting.length - replayed;
        await appendAudit(transaction, {
          at,
          actor: actor.subject,
          action: 'dead_letter.replayed',
          target: `dead-letters/${code}`,
          reason: body.reason,
          requestId,
          before: null,
          after: { replayed, left },
        });
        return {
          revision: await noteReplay(transaction, code, at),
          outcome: replayed === 0 ? ('unchanged' as const) : ('done' as const),
          text: `${replayed} are on the stream again, ${left} are left (${unreadable} of them still cannot be read)`,
          approval: null,
        };
      });
    },
  }),
];

/** Looks in vain before an action gives up: the writer of the store waits for it. */
const unreadableAtOnce = 500;

function foundLetter(stored: Stored<DeadLetter> | undefined): Stored<DeadLetter> {
  if (stored !== undefined) return stored;
  throw new PlumblineError('NOT_FOUND', 'there is no such dead letter; the oldest ones make room for new ones');
}

function requireRevision(what: string, revision: number, expected: number): void {
  if (revision === expected) return;
  throw new PlumblineError('STALE_REVISION', `${what} is at revision ${revision}, not ${expected}`, {
    details: { revision },
  });
}

function letterBody({ value, revision }: Stored<DeadLetter>): z.input<typeof deadLetter> {
  const { aside: _, replayed = null, ...letter } = value;
  return { ...letter, replayed, revision };
}

/** As text where it is text without control characters, else as hexadecimal digits. */
function shown(head: Uint8Array): { text: string | null; hex: string | null } {
  const text = Buffer.from(head).toString('utf8');
  // The cut may go through a character: what replaces that one does not make it binary.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what tells bytes from text.
  const isBinary = /[\u0000-\u0008\u000e-\u001f]|\ufffd[\s\S]/.test(text.slice(0, -3));
  return isBinary ? { text: null, hex: Buffer.from(head).toString('hex') } : { text, hex: null };
}
