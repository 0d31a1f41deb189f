import type { AlarmCertificate } from '../statistics/evidence/index.ts';

/** What the monitors say about one signal in one window. Pure data, stored as is and shown as is. */

/** Where the gauge of evidence ends: a level that is shown as this may be any higher one. */
export const highestLevel = 9.99;

/** Share of the alarm level from which a finding says `watch`. */
export const watchLevel = 0.5;

/** A number a person may read, always with how many observations made it and how sure it is. */
export interface Estimate {
  /** `null` when there is nothing to say: too few observations (`suppressed`) or an undefined ratio. Never NaN. */
  readonly value: number | null;
  /** 95 % interval, or null band for distances. */
  readonly low: number | null;
  readonly high: number | null;
  /** Observations behind the value (the denominator). */
  readonly n: number;
  /** What binning may hide: the value of the rows themselves lies within this of `value`. */
  readonly binError?: number;
  /** Why there is no value: `'n<10'`, `'no reference group'`, `'no labels'`. */
  readonly suppressed?: string;
}

/** Accumulated anytime-valid evidence of one signal. Alarms come from it alone. */
export interface Evidence {
  /** Natural logarithm of the e-detector's mixture M. */
  readonly log: number;
  /** Natural logarithm of the alarm level A * K / weight. */
  readonly alarmLog: number;
  /** `log / alarmLog` clipped to [0, `highestLevel`]: the gauge. 1 is the alarm level. */
  readonly level: number;
  readonly alarm: boolean;
  /** The score that carries most of the evidence: which way the signal moved. */
  readonly leading: { readonly score: string; readonly direction: 'up' | 'down' } | null;
  /** In the window of an alarm: what the leading score, or the only one, rests on. */
  readonly certificate?: EvidenceCertificate;
  /** In the window of an alarm: all that the evidence was computed from, for anybody to compute it again. */
  readonly proof?: AlarmCertificate;
}

/** Means of the leading score, and the bound its mean would have kept if nothing worth knowing had changed. */
export interface EvidenceCertificate {
  readonly observedMean: number | null;
  readonly observedEvents: number;
  readonly referenceMean: number | null;
  readonly referenceEvents: number;
  /** `null` where each hour has its own. */
  readonly nullBound: number | null;
  /** Dependent events count as this many times fewer. */
  readonly designEffect: number | null;
}

export type SignalKind = 'feature' | 'score' | 'prediction' | 'latency' | 'performance' | 'fairness' | 'data_quality';

export type Verdict =
  | 'clear'
  /** Evidence has passed half of the alarm level, is told of by another finding, or a fact needs no evidence. */
  | 'watch'
  | 'alarm'
  /** No reference, or too few rows to say anything. Never a pass. */
  | 'insufficient_data';

export interface Finding {
  readonly model: string;
  readonly environment: string;
  readonly version: string;
  /** The segment it is about, `channel=web`; absent: the whole of the version's traffic. */
  readonly segment?: string;
  /** Content hash of the reference this was compared with. */
  readonly reference: string | null;
  /** `feature:income`, `score`, `prediction`, `latency`, `performance:error_rate`, `fairness:sex=female`. */
  readonly signal: string;
  readonly kind: SignalKind;
  /** Window in event time, `from` inclusive, `to` exclusive, milliseconds since 1970-01-01 UTC. */
  readonly from: number;
  readonly to: number;
  /** Rows of the signal in the window. */
  readonly rows: number;
  /** By name, for example `populationStabilityIndex`, `wassersteinNormalised`, `missingRate`. */
  readonly statistics: Readonly<Record<string, Estimate>>;
  readonly evidence: Evidence | null;
  readonly verdict: Verdict;
  /** Signal of the finding that tells of this one too, then it does not alarm by itself: about broken data, or the embedding it is a projection of. */
  readonly explainedBy?: string;
  /** One sentence a person understands, with numbers and units. */
  readonly sentence: string;
}

/** As much of a finding as is drawn of each of many windows. */
export interface BriefFinding extends Pick<Finding, 'signal' | 'kind' | 'verdict' | 'rows'> {
  /** Of its evidence; `null` without any. */
  readonly level: number | null;
  readonly stabilityIndex?: number;
  /** Of performance and fairness, whose statistics have series of their own. */
  readonly statistics?: Finding['statistics'];
}
