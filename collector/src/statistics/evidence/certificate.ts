import { createHash } from 'node:crypto';
import { PlumblineError } from '../../errors.ts';
import type { Direction, OrientedScore } from './bets.ts';
import { advance, createDetector, type Detector, type DetectorState, evidenceOf } from './detector.ts';
import { evidenceFromLogs } from './logWealth.ts';

/**
 * Everything one step of a detector was computed from, so that anybody can compute it again, bit for bit, without the
 * collector, its store or the reference. Plain JSON; numbers are written as the shortest text that reads back the same.
 */
export type AlarmCertificate = CertifiedStep & (WealthBefore | LogWealthBefore);

interface CertifiedStep {
  readonly format: typeof certificateFormat;
  /** What was watched, in words: model, version, signal, the window's `from` and `to`. Not part of the computation. */
  readonly subject: Readonly<Record<string, string | number>>;
  /** Which window of the detector's life this was: 1, 2, ... */
  readonly step: number;
  /** What the window added before its evidence multiplied: its hours, or its share of a lifetime. */
  readonly weight: number;
  /** Natural logarithm of the alarm level. */
  readonly alarmLog: number;
  /** Events of the window by cell. */
  readonly counts: readonly number[];
  /** Sets of cells that scores are about. */
  readonly scopes: readonly (readonly number[])[];
  readonly scores: readonly CertifiedScore[];
  /** SHA-256 of `scopes` and `scores`: equal while the same bets are placed against the same reference. */
  readonly tableHash: string;
  /** Natural logarithm of the evidence after it: what must come out. */
  readonly log: number;
}

interface WealthBefore {
  readonly formatVersion: 2;
  /** Each bet's wealth before the window; 0 for none. */
  readonly wealthBefore: readonly number[];
}

/** As written until wealth was no longer kept as logarithms. */
interface LogWealthBefore {
  readonly formatVersion: 1;
  /** Natural logarithm of each bet's wealth before the window; `null` for none. */
  readonly logWealthBefore: readonly (number | null)[];
}

/** One score in one direction. Null hypothesis: given the past, its mean is at most `nullMean`. */
export interface CertifiedScore {
  readonly score: string;
  readonly direction: Direction;
  readonly nullMean: number;
  readonly low: number;
  readonly bets: readonly number[];
  readonly designEffect: number;
  /** Index into `scopes`. */
  readonly scope: number;
  /** Value of each cell of the scope, in its order. */
  readonly values: readonly number[];
}

export interface Recomputation {
  readonly log: number;
  readonly alarm: boolean;
  /** What does not come out as certified; empty when the alarm is what it says. */
  readonly problems: readonly string[];
}

export const certificateFormat = 'plumbline-alarm-certificate';

export function certifyStep(
  detector: Detector,
  before: DetectorState,
  step: Pick<CertifiedStep, 'subject' | 'step' | 'weight' | 'alarmLog' | 'log'> & {
    readonly counts: ArrayLike<number>;
  },
): AlarmCertificate & WealthBefore {
  const table = tableOf(detector);
  return {
    format: certificateFormat,
    formatVersion: 2,
    ...step,
    counts: Array.from(step.counts),
    ...table,
    tableHash: hashOf(table),
    wealthBefore: Array.from(before.wealth),
  };
}

/** Computes the step again from nothing but the certificate. Throws `BAD_DATA` when its parts do not fit each other. */
export function recomputeAlarm(certificate: AlarmCertificate): Recomputation {
  const cells = certificate.counts.length;
  const scores = certificate.scores.map((score) => orientedFrom(score, certificate.scopes, cells));
  const detector = createDetector(cells, scores);
  const log = evidenceAfter(detector, certificate);
  const alarm = log >= certificate.alarmLog;
  const { scopes, scores: certified } = certificate;
  const problems = [
    ...(hashOf({ scopes, scores: certified }) === certificate.tableHash
      ? []
      : ['its scores do not belong to its table hash: they were changed after it was written']),
    ...(log === certificate.log ? [] : [`the evidence is ${log}, not ${certificate.log}`]),
    ...(alarm ? [] : [`the evidence ${log} does not reach the alarm level ${certificate.alarmLog}`]),
  ];
  return { log, alarm, problems };
}

function evidenceAfter(detector: Detector, certificate: AlarmCertificate): number {
  const { counts, weight, step } = certificate;
  const written = certificate.formatVersion === 1 ? certificate.logWealthBefore : certificate.wealthBefore;
  if (written.length !== detector.components) {
    throw bad(`${detector.components} bets need as many wealths, not ${written.length}`);
  }
  if (certificate.formatVersion === 1) {
    const logs = certificate.logWealthBefore.map((log) => log ?? Number.NEGATIVE_INFINITY);
    return evidenceFromLogs(detector, logs, counts, weight);
  }
  const before = { wealth: Float64Array.from(certificate.wealthBefore), scale: 0, steps: step - 1 };
  return evidenceOf(detector, advance(detector, before, counts, weight)).log;
}

type Table = Pick<AlarmCertificate, 'scopes' | 'scores'>;

function tableOf(detector: Detector): Table {
  const scopes = detector.scopes.map((cells) => Array.from(cells));
  const scores = detector.tables.map(({ oriented, scope }): CertifiedScore => {
    const { score, direction, nullMean, low, bets, designEffect, values } = oriented;
    const inScope = scopes[scope]!.map((cell) => values[cell]!);
    return { score, direction, nullMean, low, bets, designEffect, scope, values: inScope };
  });
  return { scopes, scores };
}

/** Fields in a fixed order, whatever order they were read in. */
function hashOf({ scopes, scores }: Table): string {
  const ordered = scores.map(({ score, direction, nullMean, low, bets, designEffect, scope, values }) => [
    score,
    direction,
    nullMean,
    low,
    bets,
    designEffect,
    scope,
    values,
  ]);
  return `sha256:${createHash('sha256')
    .update(JSON.stringify([scopes, ordered]))
    .digest('hex')}`;
}

function orientedFrom(certified: CertifiedScore, scopes: Table['scopes'], cells: number): OrientedScore {
  const { score, direction, nullMean, low, bets, designEffect } = certified;
  const scope = scopes[certified.scope];
  if (scope === undefined || scope.length !== certified.values.length || scope.some((cell) => cell >= cells)) {
    throw bad(`the values of ${score} ${direction} do not fit its cells`);
  }
  const values = new Float64Array(cells);
  const considered = new Uint8Array(cells);
  scope.forEach((cell, index) => {
    values[cell] = certified.values[index]!;
    considered[cell] = 1;
  });
  return { score, direction, values, considered, nullMean, low, bets, designEffect };
}

function bad(problem: string): PlumblineError {
  return new PlumblineError('BAD_DATA', `the certificate cannot be recomputed: ${problem}`);
}
