import type { Alert, AlertKind } from '../../alert/index.ts';
import type { Finding, Verdict } from '../../monitor/finding.ts';
import type { Health, ModelSummary } from '../api.ts';

/** Which aspect of a model a finding is about; alerts are kept by the same names. */
const aspectOf: Readonly<Record<Finding['kind'], AlertKind>> = {
  feature: 'drift',
  score: 'drift',
  prediction: 'drift',
  latency: 'drift',
  performance: 'performance',
  fairness: 'fairness',
  data_quality: 'data_quality',
};

const healthOfVerdict: Readonly<Record<Verdict, Health>> = {
  clear: 'ok',
  watch: 'watch',
  alarm: 'alarm',
  insufficient_data: 'no_data',
};

/** An alert that is open outlives the window that opened it. */
const healthOfAlert: Readonly<Record<Alert['state'], Health | null>> = {
  pending: 'watch',
  firing: 'alarm',
  recovering: 'alarm',
  resolved: null,
  no_data: 'no_data',
  error: 'error',
};

/** Worst first. What is not known is better than what is known to be wrong, and worse than what is known to be well. */
const order: readonly Health[] = ['error', 'alarm', 'watch', 'no_data', 'ok'];

/** The worst thing known about each aspect of a model, from its latest findings and its alerts. */
export function healthOf(
  findings: readonly Pick<Finding, 'kind' | 'verdict'>[],
  alerts: readonly Alert[],
): ModelSummary['health'] {
  const aspect = (kind: AlertKind): Health => {
    const verdicts = findings.filter((finding) => aspectOf[finding.kind] === kind).map(({ verdict }) => verdict);
    // One signal too thin to judge does not make the others unknown.
    const judged = verdicts.filter((verdict) => verdict !== 'insufficient_data');
    const open = alerts.filter((alert) => alert.kind === kind).flatMap(({ state }) => healthOfAlert[state] ?? []);
    return worst([...judged.map((verdict) => healthOfVerdict[verdict]), ...open]) ?? 'no_data';
  };
  const health = {
    drift: aspect('drift'),
    performance: aspect('performance'),
    fairness: aspect('fairness'),
    dataQuality: aspect('data_quality'),
  };
  const known = Object.values(health).filter((value) => value !== 'no_data');
  return { ...health, overall: worst(known) ?? 'no_data' };
}

function worst(values: readonly Health[]): Health | undefined {
  return order.find((value) => values.includes(value));
}
