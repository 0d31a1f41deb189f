import type { DataQuery, DataSourceJsonData } from '@grafana/data';

/** What a query reads. One report is one question to the collector. */
export const reports = ['models', 'drift', 'distribution', 'performance', 'fairness', 'events'] as const;
export type Report = (typeof reports)[number];

/**
 * A query of a panel, a variable or an annotation. Every text may hold dashboard variables; a model or signal variable
 * with several values asks about each of them.
 */
export interface ModelsQuery extends DataQuery {
  readonly report?: Report;
  readonly model?: string;
  /** Empty: the champion. */
  readonly version?: string;
  /** `channel=web`; empty: all traffic. */
  readonly segment?: string;
  /** Empty: every signal, where the report has several. */
  readonly signal?: string;
  readonly statistic?: string;
  /** `attribute` or `attribute=group`; empty: all groups. */
  readonly group?: string;
  /** Reads again when the collector says that something changed. */
  readonly live?: boolean;
}

/** What a variable lists. */
export const listings = ['models', 'versions', 'segments', 'signals', 'groups'] as const;
export type Listing = (typeof listings)[number];

export interface VariableQuery extends DataQuery {
  readonly list?: Listing;
  readonly model?: string;
}

/** Settings of the data source. Everybody may read them; the token is in the secrets, for the proxy alone. */
export interface SourceSettings extends DataSourceJsonData {
  readonly collectorUrl?: string;
}
export interface SourceSecrets {
  readonly collectorToken?: string;
}

export const defaultQuery: Partial<ModelsQuery> = { report: 'drift', statistic: 'evidenceLevel' };

/** The statistic that a report shows when none is chosen; where there is none here, the first that the model has. */
export const defaultStatistic: Readonly<Partial<Record<Report, string>>> = { drift: 'evidenceLevel' };

/** Whether there is enough to ask the collector. */
export function isComplete({ report, model, signal }: ModelsQuery): boolean {
  if (report === undefined) {
    return false;
  }
  return report === 'models' || (isGiven(model) && (report !== 'distribution' || isGiven(signal)));
}

function isGiven(text: string | undefined): boolean {
  return text !== undefined && text.trim() !== '';
}

/** A query whose variables have been replaced: what is asked of the collector. */
export interface Question {
  readonly report: Report;
  readonly models: readonly string[];
  readonly version: string;
  readonly segment: string;
  readonly signals: readonly string[];
  /** Empty: the first that the report has. */
  readonly statistic: string;
  readonly groups: readonly string[];
}

/** Replaces the variables of a text: one entry a value. */
export type ReplaceVariables = (text: string) => readonly string[];

/** The question that a query asks. Spaces around names do not matter, and what is empty asks for everything. */
export function questionOf(query: ModelsQuery, replace: ReplaceVariables): Question {
  const values = (text: string | undefined) =>
    replace(text ?? '')
      .map((value) => value.trim())
      .filter((value) => value !== '');
  const report = query.report ?? 'drift';
  return {
    report,
    models: values(query.model),
    version: values(query.version)[0] ?? '',
    segment: values(query.segment)[0] ?? '',
    signals: values(query.signal),
    statistic: values(query.statistic)[0] ?? defaultStatistic[report] ?? '',
    groups: values(query.group),
  };
}
