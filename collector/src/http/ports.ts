import type { Readable } from 'node:stream';
import type { ScopeMetrics } from '@opentelemetry/sdk-metrics';
import type { Heartbeat } from '@plumbline/sdk/routing';
import type { Alert, AlertService, SilenceService } from '../alert/index.ts';
import type { PlumblineSettings } from '../config/index.ts';
import type { KeptMessage, OutgoingBatch, SpanDoor } from '../events/index.ts';
import type { HookService } from '../hooks/index.ts';
import type { RetrainService } from '../retrain/index.ts';
import type { RolloutService } from '../rollout/index.ts';
import type { SigningKey } from '../store/audit-signature.ts';
import type { DeadLetter } from '../store/dead-letters.ts';
import type { ReadTransaction } from '../store/port.ts';
import type { DeliveryService } from '../webhook/index.ts';
import type { JoiningStore } from './idempotency.ts';
import type { LiveEvents } from './live-events.ts';

/** What the API needs from the rest of the collector: as little as each handler uses. */
export interface Services {
  readonly settings: PlumblineSettings;
  /** Transactions of the services below join the one that remembers an action's answer. */
  readonly store: JoiningStore;
  readonly clock: () => number;
  /** True in the insecure local mode. */
  readonly insecure: boolean;
  readonly alerts: AlertService;
  readonly silences: Pick<SilenceService, 'start' | 'end'>;
  readonly notifications: NotificationPort;
  readonly retrain: Pick<RetrainService, 'request' | 'approve' | 'report' | 'recommend' | 'cancel'>;
  readonly rollout: Pick<RolloutService, 'state' | 'versions' | 'register' | 'act' | 'approve'>;
  readonly artefacts: ArtefactPort;
  /** What signs heads of the audit log; `null`: nothing does. */
  readonly auditKey: SigningKey | null;
  readonly instances: InstancePort;
  readonly deliveries: Pick<DeliveryService, 'endpoints' | 'test' | 'replay' | 'replayAll'>;
  readonly hooks: Pick<HookService, 'receive' | 'list'>;
  readonly collector: CollectorPort;
  readonly live: LiveEvents;
  readonly spans: Pick<SpanDoor, 'read' | 'delivered'>;
  /** Puts batches on the stream; resolves when the broker has them. Throws `BROKER_UNAVAILABLE`. */
  publish(batches: readonly OutgoingBatch[]): Promise<void>;
  /** Called after something was committed: whoever evaluates, projects or sends need not wait for its next look. */
  changed(): void;
}

export interface ArtefactPort {
  /** Stores what it reads if its SHA-256 is the digest; `created` is false when it was there. Throws `BAD_ARTEFACT`, `TOO_LARGE`. */
  receive(digest: string, bytes: Readable, limitBytes: number): Promise<{ bytes: number; created: boolean }>;
  /** Throws `NOT_FOUND`, or `BAD_ARTEFACT` when the stored bytes are not the ones that were stored. */
  read(digest: string): Promise<Uint8Array>;
}

export interface InstancePort {
  /** Latest heartbeat of every instance of a model that was heard of lately. */
  ofModel(environment: string, model: string): readonly { readonly heartbeat: Heartbeat; readonly at: number }[];
}

export interface NotificationPort {
  /** Wall-clock times when somebody was last told of each alert, by its id. Not there: nobody was. */
  notifiedAt(transaction: ReadTransaction, alerts: readonly Alert[]): Promise<ReadonlyMap<string, number>>;
}

export interface CollectorPort {
  readonly version: string;
  readonly startedAt: number;
  /** Why it is not ready, in words; empty when it is. */
  notReady(): readonly string[];
  /** Messages that wait on the stream. */
  lagMessages(): number;
  /** Age of what is read now; 0 when nothing waits. */
  lagSeconds(): number;
  /** What the collector measured of itself since it started. */
  measured(): Promise<readonly ScopeMetrics[]>;
  /** What became a dead letter; `undefined` when the broker has let it go. Throws `BROKER_UNAVAILABLE`. */
  deadLetterMessage(letter: DeadLetter): Promise<KeptMessage | undefined>;
}
