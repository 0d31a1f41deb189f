import { PlumblineError } from '../errors.ts';
import { appendAudit } from '../store/audit.ts';
import type { Store, Transaction } from '../store/port.ts';
import { recordEvent } from './history.ts';
import { forgetOldSilences, readAlertsOfModel, readSilence, requireRevision, writeSilence } from './records.ts';
import { type Silence, silenceOf, silenceState } from './silence.ts';

const longestMs = 90 * 86_400_000;

export interface SilenceRequest {
  readonly model: string;
  readonly environment: string;
  readonly kind?: Silence['kind'] | undefined;
  readonly signal?: string | undefined;
  readonly severity?: Silence['severity'] | undefined;
  readonly startsAt?: number | undefined;
  readonly endsAt: number;
  readonly reason: string;
}

export interface StoredSilence {
  readonly silence: Silence;
  readonly revision: number;
}

/** Starts and ends silences; both are audited and stand in the history of the alerts they match. */
export class SilenceService {
  readonly #store: Store;
  readonly #clock: () => number;
  readonly #randomId: () => string;

  constructor(options: { readonly store: Store; readonly clock: () => number; readonly randomId: () => string }) {
    this.#store = options.store;
    this.#clock = options.clock;
    this.#randomId = options.randomId;
  }

  async start(
    actor: { readonly subject: string },
    request: SilenceRequest,
    requestId: string | null,
  ): Promise<StoredSilence> {
    const now = this.#clock();
    const { model, environment, endsAt, reason } = request;
    const startsAt = request.startsAt ?? now;
    if (endsAt <= Math.max(now, startsAt)) {
      throw new PlumblineError('BAD_REQUEST', 'endsAt: a silence ends after now, and after it starts');
    }
    if (endsAt - now > longestMs) throw new PlumblineError('BAD_REQUEST', 'endsAt: more than 90 days from now');
    const silence: Silence = {
      id: `sil_${this.#randomId()}`,
      model,
      environment,
      startsAt,
      endsAt,
      reason,
      kind: request.kind ?? null,
      signal: request.signal ?? null,
      severity: request.severity ?? null,
      createdAt: now,
      by: actor.subject,
      endedBy: null,
    };
    return this.#store.transaction(async (transaction) => {
      await forgetOldSilences(transaction, now);
      const revision = await writeSilence(transaction, silence);
      await this.#record(transaction, silence, actor.subject, 'silenced', reason, requestId, now);
      return { silence, revision };
    });
  }

  /** Ends a silence before its time. Its record stays. */
  async end(
    actor: { readonly subject: string },
    id: string,
    reason: string,
    control: { readonly expectedRevision: number; readonly requestId: string | null },
  ): Promise<StoredSilence> {
    return this.#store.transaction(async (transaction) => {
      const stored = await readSilence(transaction, id);
      if (stored === undefined) throw new PlumblineError('NOT_FOUND', `there is no silence ${id}`);
      requireRevision('the silence', stored.revision, control.expectedRevision);
      const now = this.#clock();
      if (silenceState(stored.value, now) === 'ended') {
        throw new PlumblineError('REFUSED', 'the silence has ended', { details: { reason: 'silence_ended' } });
      }
      await this.#record(transaction, stored.value, actor.subject, 'unsilenced', reason, control.requestId, now);
      const silence: Silence = { ...stored.value, endsAt: now, endedBy: actor.subject };
      return { silence, revision: await writeSilence(transaction, silence, stored.revision) };
    });
  }

  async #record(
    transaction: Transaction,
    silence: Silence,
    actor: string,
    transition: 'silenced' | 'unsilenced',
    reason: string,
    requestId: string | null,
    now: number,
  ): Promise<void> {
    const { id, model, environment, kind, signal, severity, startsAt, endsAt } = silence;
    const matchers = { kind, signal, severity, startsAt, endsAt };
    await appendAudit(transaction, {
      at: now,
      actor,
      action: `alert.${transition}`,
      target: `model/${environment}/${model}`,
      reason,
      before: transition === 'silenced' ? null : { id, ...matchers },
      after: transition === 'silenced' ? { id, ...matchers } : null,
      requestId,
    });
    // What starts later is recorded now all the same: nobody is there when it starts.
    const during = Math.max(now, startsAt);
    for (const { alert } of await readAlertsOfModel(transaction, { model, environment })) {
      if (alert.state === 'resolved' || silenceOf(alert, [silence], during) === null) continue;
      const text = transition === 'silenced' ? `${reason} (until ${new Date(endsAt).toISOString()})` : reason;
      await recordEvent(transaction, alert, { at: now, eventTime: null, transition, actor, text });
    }
  }
}
