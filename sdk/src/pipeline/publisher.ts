import { messageOf } from '../diagnostics.ts';
import { batchNumberSpan } from '../event.ts';
import type { PublishAnswer, StreamMessage } from '../transport.ts';
import { backoffMs } from './backoff.ts';
import { Pace } from './pace.ts';

/** An encoded batch on its way to the broker. */
export interface OutgoingBatch extends StreamMessage {
  readonly model: string;
  /** Who numbered it. */
  readonly producer: string;
  /** 1, 2, 3, ... per producer. */
  readonly number: number;
  readonly events: number;
}

export interface PublisherOptions {
  readonly publish: (message: StreamMessage) => void;
  readonly clock: () => number;
  readonly random: () => number;
  /** Batches and bytes that may be unanswered at a time. */
  readonly window: { readonly batches: number; readonly bytes: number };
  readonly answerTimeoutMs: number;
  readonly stored: (batch: OutgoingBatch, duplicate: boolean) => void;
  /** The batch will never be stored. */
  readonly refused: (batch: OutgoingBatch, message: string) => void;
  /** An attempt came to nothing; the batch is kept and tried again. */
  readonly delayed: (reason: DelayReason, message: string, model: string) => void;
}

export type DelayReason = 'stream_missing' | 'stream_full' | 'publish_denied' | 'not_acknowledged';

/**
 * Keeps every batch until the broker says it is stored, and repeats it with the same message id until then.
 *
 * A window of batches is under way at a time. A batch without an answer is repeated after a random, growing pause; when
 * the stream itself is missing or full everything pauses, and one batch goes ahead to find out. NATS loses whatever is
 * under way when a connection breaks, so nothing is sent while there is none, and everything unanswered is sent again the
 * moment there is one.
 *
 * A reader tells a repeat by its number, and only so far back: batches wait while one far behind them is still unanswered.
 * Every model has a producer of its own, so that one that is denied holds up no other.
 */
export class Publisher {
  readonly #options: PublisherOptions;
  /** Everything not stored yet, in the order of tokens. */
  readonly #pending = new Map<number, Pending>();
  /** The same by producer, in the order of numbers. */
  readonly #pendingOf = new Map<string, Map<number, Pending>>();
  /** Waiting for an older batch of their producer to be settled, in the order of numbers. */
  readonly #held = new Map<string, Pending[]>();
  /** Waiting for their turn. */
  #ready: Pending[] = [];
  #readyInOrder = true;
  /** Waiting for their time, soonest first. */
  #later: Pending[] = [];
  /** Unanswered, oldest first. */
  readonly #underWay = new Map<number, Pending>();
  #bytesUnderWay = 0;
  #connected = false;
  #stopped = false;
  #pausedUntil = 0;
  #pauses = 0;
  #pace: Pace;
  #timer: { at: number; handle: NodeJS.Timeout } | undefined;
  #waiters: { readonly upTo: number; readonly done: () => void }[] = [];
  retries = 0;

  constructor(options: PublisherOptions) {
    this.#options = options;
    this.#pace = new Pace(options.window.batches);
  }

  /** Batches that may be unanswered at a time at the moment. */
  get window(): number {
    return Math.floor(this.#pace.window);
  }

  get batches(): number {
    return this.#pending.size;
  }

  add(batch: OutgoingBatch): void {
    const pending: Pending = { batch, attempts: 0, sentAt: 0, dueAt: 0 };
    this.#pending.set(batch.token, pending);
    this.#number(pending);
    this.#queue(pending);
    this.#pump();
  }

  connected(): void {
    this.#connected = true;
    this.#pace = new Pace(this.#options.window.batches);
    this.#pausedUntil = 0;
    this.#pauses = 0;
    this.#underWay.clear();
    this.#bytesUnderWay = 0;
    this.#later = [];
    this.#held.clear();
    this.#ready = [...this.#pending.values()];
    this.#readyInOrder = true;
    this.#pump();
  }

  disconnected(): void {
    this.#connected = false;
    this.#disarm();
  }

  answered(token: number, answer: PublishAnswer): void {
    const pending = this.#pending.get(token);
    if (pending === undefined) {
      // A late answer to a batch that a repeat has already settled.
      return;
    }
    this.#landed(pending);
    switch (answer.kind) {
      case 'stored':
        this.#pauses = 0;
        this.#pace.answered(this.#options.clock() - pending.sentAt);
        this.#settle(pending);
        this.#options.stored(pending.batch, answer.duplicate);
        break;
      case 'refused':
        this.#settle(pending);
        this.#options.refused(pending.batch, answer.message);
        break;
      case 'unavailable':
        this.#queue(pending);
        this.#pause();
        this.#options.delayed(answer.code, answer.message, pending.batch.model);
        break;
      case 'failed':
        this.#retryLater(pending);
        this.#options.delayed('not_acknowledged', answer.message, pending.batch.model);
        break;
    }
    this.#pump();
  }

  /** No message to this subject will be answered: give the others its place in the window. */
  denied(subject: string, message: string): void {
    for (const pending of [...this.#underWay.values()]) {
      if (pending.batch.subject === subject) {
        this.#landed(pending);
        this.#retryLater(pending);
        this.#options.delayed('publish_denied', message, pending.batch.model);
      }
    }
    this.#pump();
  }

  /** Resolves when everything added so far is stored or refused. */
  idle(): Promise<void> {
    const upTo = lastKey(this.#pending);
    return upTo === undefined
      ? Promise.resolve()
      : new Promise((resolve) => this.#waiters.push({ upTo, done: resolve }));
  }

  /** Gives up: what is not stored is returned, and nothing is sent any more. */
  stop(): OutgoingBatch[] {
    this.#stopped = true;
    this.#disarm();
    const left = [...this.#pending.values()].map(({ batch }) => batch);
    this.#pending.clear();
    this.#pendingOf.clear();
    this.#held.clear();
    this.#underWay.clear();
    this.#ready = [];
    this.#later = [];
    this.#notifyWaiters();
    return left;
  }

  #pump(): void {
    if (!this.#connected || this.#stopped) {
      return;
    }
    const now = this.#options.clock();
    this.#timeOut(now);
    this.#wakeLater(now);
    while (this.#maySend(now)) {
      const pending = this.#nextReady();
      if (pending === undefined) {
        break;
      }
      this.#send(pending, now);
    }
    this.#arm(now);
  }

  #maySend(now: number): boolean {
    if (now < this.#pausedUntil) {
      return false;
    }
    const { batches, bytes } = this.#options.window;
    const allowed = this.#pauses > 0 ? 1 : Math.min(batches, this.#pace.window);
    return this.#underWay.size < allowed && (this.#bytesUnderWay < bytes || this.#underWay.size === 0);
  }

  #nextReady(): Pending | undefined {
    if (!this.#readyInOrder) {
      this.#ready.sort((a, b) => a.batch.token - b.batch.token);
      this.#readyInOrder = true;
    }
    for (;;) {
      const pending = this.#ready.shift();
      if (pending === undefined || !this.#tooFarAhead(pending.batch)) {
        return pending;
      }
      this.#hold(pending);
    }
  }

  #tooFarAhead({ producer, number }: OutgoingBatch): boolean {
    const [oldest = number] = this.#ofProducer(producer).keys();
    return number - oldest >= maxNumbersApart;
  }

  #hold(pending: Pending): void {
    const { producer } = pending.batch;
    const held = this.#held.get(producer) ?? [];
    this.#held.set(producer, held);
    held.push(pending);
  }

  #ofProducer(producer: string): Map<number, Pending> {
    const known = this.#pendingOf.get(producer);
    if (known !== undefined) {
      return known;
    }
    const pendings = new Map<number, Pending>();
    this.#pendingOf.set(producer, pendings);
    return pendings;
  }

  /** Mostly the highest number yet; one that was kept open for longer than its neighbours finds its place. */
  #number(pending: Pending): void {
    const { producer, number } = pending.batch;
    const pendings = this.#ofProducer(producer);
    const last = lastKey(pendings);
    pendings.set(number, pending);
    if (last !== undefined && number < last) {
      this.#pendingOf.set(producer, new Map([...pendings].sort(([a], [b]) => a - b)));
    }
  }

  #send(pending: Pending, now: number): void {
    if (pending.attempts > 0) {
      this.retries += 1;
    }
    pending.attempts += 1;
    pending.sentAt = now;
    this.#underWay.set(pending.batch.token, pending);
    this.#bytesUnderWay += pending.batch.payload.length;
    try {
      this.#options.publish(pending.batch);
    } catch (error) {
      this.#landed(pending);
      this.#retryLater(pending);
      this.#options.delayed('not_acknowledged', messageOf(error), pending.batch.model);
    }
  }

  #timeOut(now: number): void {
    for (const pending of this.#underWay.values()) {
      if (pending.sentAt + this.#options.answerTimeoutMs > now) {
        break;
      }
      this.#landed(pending);
      this.#retryLater(pending);
      const message = `no answer within ${this.#options.answerTimeoutMs} ms`;
      this.#options.delayed('not_acknowledged', message, pending.batch.model);
    }
  }

  #wakeLater(now: number): void {
    while (this.#later[0] !== undefined && this.#later[0].dueAt <= now) {
      this.#queue(this.#later.shift()!);
    }
  }

  #retryLater(pending: Pending): void {
    pending.dueAt = this.#options.clock() + backoffMs(pending.attempts - 1, this.#options.random);
    const index = this.#later.findLastIndex((other) => other.dueAt <= pending.dueAt);
    this.#later.splice(index + 1, 0, pending);
  }

  #pause(): void {
    const now = this.#options.clock();
    if (now >= this.#pausedUntil) {
      // At least a moment: a full-jitter pause may be zero, and the stream will not be back by then.
      this.#pausedUntil = now + leastPauseMs + backoffMs(this.#pauses, this.#options.random);
      this.#pauses += 1;
    }
  }

  #queue(pending: Pending): void {
    const last = this.#ready.at(-1);
    this.#readyInOrder &&= last === undefined || last.batch.token < pending.batch.token;
    this.#ready.push(pending);
  }

  #landed(pending: Pending): void {
    if (this.#underWay.delete(pending.batch.token)) {
      this.#bytesUnderWay -= pending.batch.payload.length;
    } else {
      // Answered while it waited for a repeat: whichever list it waits in.
      const others = (waiting: readonly Pending[]) => waiting.filter((other) => other !== pending);
      const { producer } = pending.batch;
      this.#ready = others(this.#ready);
      this.#later = others(this.#later);
      this.#held.set(producer, others(this.#held.get(producer) ?? []));
    }
  }

  #settle({ batch }: Pending): void {
    this.#pending.delete(batch.token);
    const numbered = this.#ofProducer(batch.producer);
    const [oldest] = numbered.keys();
    numbered.delete(batch.number);
    if (oldest === batch.number) {
      // Only the oldest holds others back.
      for (const held of this.#held.get(batch.producer) ?? []) {
        this.#queue(held);
      }
      this.#held.delete(batch.producer);
    }
    this.#notifyWaiters();
  }

  #notifyWaiters(): void {
    if (this.#waiters.length === 0) {
      return;
    }
    const [first = Number.POSITIVE_INFINITY] = this.#pending.keys();
    const finished = this.#waiters.filter(({ upTo }) => upTo < first);
    this.#waiters = this.#waiters.filter(({ upTo }) => upTo >= first);
    for (const { done } of finished) {
      done();
    }
  }

  /** Sets the timer to the next moment at which there is something to do without an answer arriving. */
  #arm(now: number): void {
    const [oldest] = this.#underWay.values();
    const at = Math.min(
      oldest === undefined ? Number.POSITIVE_INFINITY : oldest.sentAt + this.#options.answerTimeoutMs,
      this.#later[0]?.dueAt ?? Number.POSITIVE_INFINITY,
      this.#ready.length > 0 && this.#pausedUntil > now ? this.#pausedUntil : Number.POSITIVE_INFINITY,
    );
    if (at === Number.POSITIVE_INFINITY) {
      this.#disarm();
    } else if (this.#timer === undefined || at < this.#timer.at) {
      this.#disarm();
      const handle = setTimeout(
        () => {
          this.#timer = undefined;
          this.#pump();
        },
        Math.max(1, at - now),
      ).unref();
      this.#timer = { at, handle };
    }
  }

  #disarm(): void {
    clearTimeout(this.#timer?.handle);
    this.#timer = undefined;
  }
}

interface Pending {
  readonly batch: OutgoingBatch;
  attempts: number;
  sentAt: number;
  dueAt: number;
}

const leastPauseMs = 100;
/** Half of what readers remember, so that theirs may be counted a little differently. */
const maxNumbersApart = batchNumberSpan / 2;

function lastKey(map: ReadonlyMap<number, unknown>): number | undefined {
  let last: number | undefined;
  for (const key of map.keys()) {
    last = key;
  }
  return last;
}
