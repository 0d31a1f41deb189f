import { type AlertKind, alertKindOf, alertKinds } from '../alert/alert.ts';
import { assessAlert } from '../alert/assess.ts';
import type { ModelSettings } from '../config/settings.ts';
import type { DriftReport, EstimateBody, PerformanceReport } from '../http/api.ts';
import type { Finding } from '../monitor/finding.ts';
import { driftReport, fairnessReport, performanceReport, type ReportInput } from '../monitor/index.ts';
import { type Profile, profileTotals, type Reference } from '../profile/index.ts';
import { rowWindowMs } from './csv.ts';

/** What a replay found, as one JSON document. */
export interface ReplayDocument {
  readonly model: string;
  readonly rows: number;
  /** What `from` and `to` count: row numbers from 0, or milliseconds since 1970-01-01 UTC. `to` is exclusive. */
  readonly unit: 'rows' | 'milliseconds';
  readonly reference: {
    readonly id: string;
    readonly rows: number;
    readonly from: number | null;
    readonly to: number | null;
  };
  readonly windows: readonly ReplayWindow[];
  readonly alerts: readonly ReplayAlert[];
  readonly drift: DriftReport['signals'];
  readonly performance: Omit<PerformanceReport, 'model' | 'version' | 'windows'>;
  readonly fairness: readonly ReplayGroup[];
}

export interface ReplayWindow {
  readonly from: number;
  readonly to: number;
  readonly rows: number;
  /** The rows of this window made the reference, all or some of them. */
  readonly inReference: boolean;
  readonly findings: readonly Finding[];
}

/** One time an alert was open, from the window that fired it. */
export interface ReplayAlert {
  readonly kind: AlertKind;
  readonly severity: 'page' | 'ticket';
  readonly firedAt: number;
  /** `null`: still open at the end. */
  readonly resolvedAt: number | null;
  /** What it said when it fired. */
  readonly sentence: string;
  /** Everything that alarmed while it was open. */
  readonly signals: readonly string[];
}

export interface ReplayGroup {
  readonly attribute: string;
  readonly group: string;
  readonly reference: string | null;
  /** `null` where the group is hidden. */
  readonly rows: number | null;
  /** Rates of the group, its gaps to the reference group, and how well scores serve it. */
  readonly statistics: Readonly<Record<string, EstimateBody>>;
}

/** A window that the engine closed. */
export interface ClosedWindow {
  readonly from: number;
  readonly to: number;
  readonly profile: Profile;
  readonly findings: readonly Finding[];
  /** Of its segments. */
  readonly segmentFindings: readonly Finding[];
}

export interface ReplayResult {
  readonly settings: ModelSettings;
  readonly version: string;
  readonly rows: number;
  /** Rows of a window when windows are counted in rows. */
  readonly rowsPerWindow: number | null;
  readonly reference: Reference;
  /** True when the first rows of the file made the reference. */
  readonly referenceFromFile: boolean;
  readonly windows: readonly ClosedWindow[];
}

export function replayDocument(result: ReplayResult): ReplayDocument {
  const { settings, version, reference, windows, rowsPerWindow } = result;
  // The last window may have more room than there are rows.
  const place = (time: number): number =>
    rowsPerWindow === null ? time : Math.min(result.rows, Math.round((time * rowsPerWindow) / rowWindowMs));
  const placed = <Placed extends { readonly from: number; readonly to: number }>(finding: Placed): Placed => ({
    ...finding,
    from: place(finding.from),
    to: place(finding.to),
  });
  const input: ReportInput = {
    settings,
    version,
    from: windows[0]?.from ?? 0,
    to: windows.at(-1)?.to ?? 0,
    reference,
    profiles: windows,
    findings: windows,
  };
  const drift = driftReport(input);
  const { model: _, version: __, windows: ___, ...performance } = performanceReport({ ...input, watermark: input.to });
  const lastReferenceTime = result.referenceFromFile
    ? (reference.to ?? Number.NEGATIVE_INFINITY)
    : Number.NEGATIVE_INFINITY;
  return {
    model: settings.name,
    rows: result.rows,
    unit: rowsPerWindow === null ? 'milliseconds' : 'rows',
    reference: {
      id: reference.id,
      rows: reference.rows,
      from: reference.from === null ? null : place(reference.from),
      to: reference.to === null ? null : place(reference.to) + 1,
    },
    windows: windows.map((window) => ({
      from: place(window.from),
      to: place(window.to),
      rows: profileTotals(window.profile).rows,
      inReference: window.from <= lastReferenceTime,
      findings: [...window.findings, ...window.segmentFindings].map(placed),
    })),
    alerts: replayAlerts(settings, version, windows).map((alert) => ({
      ...alert,
      firedAt: place(alert.firedAt),
      resolvedAt: alert.resolvedAt === null ? null : place(alert.resolvedAt),
    })),
    drift: drift.signals.map((signal) => ({ ...signal, latest: placed(signal.latest) })),
    performance: { ...performance, from: place(performance.from), to: place(performance.to) },
    fairness: replayGroups(input),
  };
}

/** Alerts by the same state machine that a collector runs, window after window. */
export function replayAlerts(
  settings: ModelSettings,
  version: string,
  windows: readonly ClosedWindow[],
): ReplayAlert[] {
  const alerts: ReplayAlert[] = [];
  for (const kind of alertKinds) {
    let state: Parameters<typeof assessAlert>[0] = null;
    let open: ReplayAlert | null = null;
    for (const window of windows) {
      const findings = [...window.findings, ...window.segmentFindings].filter(
        (finding) => alertKindOf(finding) === kind,
      );
      const { alert, transition } = assessAlert(state, {
        id: kind,
        model: settings.name,
        environment: settings.environment,
        kind,
        version,
        findings,
        at: window.to,
        now: window.to,
      });
      state = alert;
      if (alert === null) continue;
      if (transition === 'fired') {
        const { severity, sentence } = alert;
        open = { kind, severity, firedAt: window.to, resolvedAt: null, sentence, signals: [] };
      }
      if (open === null) continue;
      const alarmed = findings.filter(({ verdict }) => verdict === 'alarm').map(({ signal }) => signal);
      open = { ...open, signals: [...new Set([...open.signals, ...alarmed])] };
      if (transition !== 'resolved') continue;
      alerts.push({ ...open, resolvedAt: window.to });
      open = null;
    }
    if (open !== null) alerts.push(open);
  }
  return alerts.sort((a, b) => a.firedAt - b.firedAt);
}

function replayGroups(input: ReportInput): ReplayGroup[] {
  return fairnessReport(input).attributes.flatMap(({ attribute, referenceGroup, groups }) =>
    groups.map(({ group, rows, rates, statistics, scoreStatistics }) => ({
      attribute,
      group,
      reference: referenceGroup,
      rows,
      statistics: { ...rates, ...statistics, ...scoreStatistics },
    })),
  );
}
