import type { CaptureMode } from './event.ts';
import type { BufferLimits } from './pipeline/batcher.ts';
import type { DropReason, Problem } from './reasons.ts';
import type { RoutedVersion } from './routing/document.ts';
import type { RoutingSource } from './routing/table.ts';
import type { ShadowCounts } from './shadow.ts';

/** How a monitor is doing, for a health page or a test. */
export interface MonitorStatus {
  readonly service: string;
  readonly environment: string;
  readonly instance: string;
  readonly sdkVersion: string;
  readonly connection: ConnectionState;
  /** What currently keeps it from its work; empty when all is well. */
  readonly problems: readonly Problem[];
  /** Whether spans and metrics go anywhere: whether the app has set up OpenTelemetry. */
  readonly telemetry: { readonly spans: boolean; readonly metrics: boolean };
  /** Recorded and not yet acknowledged. */
  readonly buffered: BufferLimits & { readonly batches: number };
  readonly counts: EventCounts & {
    readonly batches: { readonly acknowledged: number; readonly retried: number; readonly duplicates: number };
  };
  /** What is kept on disk; null without a spool. `recovered`: events taken over from processes that ended before theirs arrived. */
  readonly spool: { readonly bytes: number; readonly recovered: number } | null;
  readonly lastAcknowledgedAt: number | null;
  readonly models: Readonly<Record<string, ModelStatus>>;
}

export interface ConnectionState {
  readonly state: 'connecting' | 'connected' | 'disconnected' | 'closed';
  readonly server: string | null;
}

/** Events since the start: recorded = accepted + thinned + dropped for other reasons; accepted = acknowledged + buffered + dropped as batch_refused, not_delivered, internal_error. */
export interface EventCounts {
  readonly accepted: number;
  readonly acknowledged: number;
  /** Left out because the buffer was filling; those kept stand for them, by their weights. */
  readonly thinned: number;
  readonly dropped: Readonly<Partial<Record<DropReason, number>>>;
}

export interface ModelStatus extends EventCounts {
  readonly routing: {
    readonly revision: number;
    readonly source: RoutingSource;
    readonly champion: string;
    readonly canary: string | null;
    readonly shadow: string | null;
    /** Versions that do not serve here, because another artefact is loaded than routing names. */
    readonly refused: readonly string[];
  };
  readonly loaded: readonly RoutedVersion[];
  /** Calls of shadows by `wrapVersions`. */
  readonly shadows: ShadowCounts;
  /** Under which rules values leave the app; `off`: the operator has switched it off, and nothing does. */
  readonly capture: CaptureMode | 'off';
  /** Inferences that left as metadata, because `redact` failed, was slow or was left alone. */
  readonly notRedacted: number;
  /** Features left out because of their name: empty, too long, or more than a model may have. */
  readonly featuresIgnored: number;
}

export interface FlushResult {
  /** Whether nothing recorded before the call is still waiting. */
  readonly delivered: boolean;
  /** Events in the buffer afterwards. */
  readonly remaining: number;
}

/** What works and what does not, in one line for the log. */
export function startUpLine({ service, environment, connection, telemetry, spool, models }: MonitorStatus): string {
  const broker = connection.state === 'connected' ? `connected to ${connection.server}` : 'not connected yet';
  const says = (works: boolean) => (works ? 'on' : 'without effect (no OpenTelemetry provider is registered)');
  const watched = Object.entries(models).map(([name, model]) => `${name} ${model.routing.champion} (${model.capture})`);
  return [
    `${service} in ${environment}: broker ${broker}`,
    `spans ${says(telemetry.spans)}`,
    `metrics ${says(telemetry.metrics)}`,
    `spool ${spool === null ? 'off' : 'on'}`,
    `models ${watched.join(', ')}`,
  ].join('; ');
}
