import type {
  Alert,
  AlertList,
  Approval,
  AuditPage,
  CollectorStatus,
  Distribution,
  DriftReport,
  EstimateBody,
  Evaluation,
  FairnessReport,
  FindingBody,
  GateResult,
  Health,
  Instance,
  Me,
  ModelDetail,
  ModelList,
  ModelSummary,
  PerformanceReport,
  RetrainJobList,
  VersionDetail,
  VersionList,
} from '@plumbline/collector/api';

/**
 * A small fleet, as a collector would report it: `credit-risk` has drifted, hurts one group and has a canary waiting
 * for a second approval; `fraud` is well; `churn` is watched; `claims` has no labels; `pricing` has seen nothing yet.
 */

const hourMs = 3_600_000;
export const now = Date.UTC(2026, 10, 22, 12);
const windowCount = 24;
const windowStart = (index: number) => now - (windowCount - index) * hourMs;

export function estimate(value: number | null, halfWidth: number | null, n: number, suppressed?: string): EstimateBody {
  const isKnown = value !== null && halfWidth !== null;
  return {
    value,
    low: isKnown ? value - halfWidth : null,
    high: isKnown ? value + halfWidth : null,
    n,
    ...(suppressed === undefined ? {} : { suppressed }),
  };
}

export function finding(
  changes: Partial<FindingBody> & Pick<FindingBody, 'signal' | 'kind' | 'sentence'>,
): FindingBody {
  return {
    model: 'credit-risk',
    environment: 'production',
    version: '1',
    reference: 'sha256:4b7d5c0fd9b1',
    from: windowStart(23),
    to: now,
    rows: 18_240,
    statistics: {},
    evidence: null,
    verdict: 'clear',
    ...changes,
  };
}

function evidence(level: number, score: string | null, direction: 'up' | 'down' = 'up'): FindingBody['evidence'] {
  const alarmLog = 11.4;
  return {
    log: level * alarmLog,
    alarmLog,
    level,
    alarm: level >= 1,
    leading: score === null ? null : { score, direction },
  };
}

const ok = { drift: 'ok', performance: 'ok', fairness: 'ok', dataQuality: 'ok', overall: 'ok' } as const;

function summary(model: string, changes: Partial<ModelSummary>): ModelSummary {
  return {
    model,
    environment: 'production',
    task: 'binary_classification',
    owner: 'Risk analytics',
    revision: 7,
    champion: '1',
    rollout: null,
    health: ok,
    openAlerts: 0,
    rowsLastHour: 18_240,
    traffic: Array.from({ length: windowCount }, (_, index) => ({
      from: windowStart(index),
      rows: Math.round(14_000 + 4_500 * Math.sin(index / 3.4) + 900 * Math.cos(index * 1.7)),
    })),
    lastEventAt: now - 2_000,
    ...changes,
  };
}

const creditRisk = summary('credit-risk', {
  rollout: { version: '2', stage: 'canary', weightBasisPoints: 1_000 },
  health: { drift: 'alarm', performance: 'watch', fairness: 'alarm', dataQuality: 'ok', overall: 'alarm' },
  openAlerts: 2,
  revision: 14,
});

export const modelList: ModelList = {
  items: [
    summary('fraud', { owner: 'Payments', champion: '12', rowsLastHour: 240_310 }),
    creditRisk,
    summary('churn', {
      owner: 'Growth',
      champion: '3',
      rowsLastHour: 1_204,
      health: { ...ok, drift: 'watch', overall: 'watch' },
    }),
    summary('claims', {
      owner: 'Insurance',
      task: 'regression',
      champion: '2024-11',
      rowsLastHour: 610,
      health: { ...ok, performance: 'no_data', fairness: 'no_data' },
    }),
    summary('pricing', {
      environment: 'staging',
      owner: '',
      champion: null,
      rowsLastHour: 0,
      traffic: [],
      lastEventAt: null,
      health: {
        drift: 'no_data',
        performance: 'no_data',
        fairness: 'no_data',
        dataQuality: 'no_data',
        overall: 'no_data',
      },
    }),
  ],
  nextCursor: null,
};

const incomeFinding = finding({
  signal: 'feature:income',
  kind: 'feature',
  verdict: 'alarm',
  sentence:
    'income moved down by 0.42 standard deviations against the reference (PSI 0.31, 18,240 rows); the evidence passed the alarm level.',
  statistics: {
    populationStabilityIndex: estimate(0.31, 0.02, 18_240),
    wassersteinNormalised: estimate(0.42, 0.03, 18_240),
    missingRate: estimate(0.012, 0.002, 18_240),
  },
  evidence: evidence(1.62, 'location', 'down'),
});
const groupFinding = finding({
  signal: 'fairness:sex=female',
  kind: 'fairness',
  verdict: 'alarm',
  sentence:
    'Women are approved at 41.2 % against 58.9 % for men: a disparate impact ratio of 0.70 (95 % interval 0.67-0.73), below four fifths.',
  statistics: { disparateImpactRatio: estimate(0.7, 0.03, 8_101) },
  evidence: evidence(1.18, 'gap', 'up'),
});
const errorFinding = finding({
  signal: 'performance:error_rate',
  kind: 'performance',
  verdict: 'watch',
  sentence:
    'The error rate is 21.3 % against 17.9 % in the reference, from 9,402 outcomes; half of the alarm level is passed.',
  statistics: { errorRate: estimate(0.213, 0.008, 9_402) },
  evidence: evidence(0.71, 'error', 'up'),
});

export const modelDetail: ModelDetail = {
  ...creditRisk,
  runbook: 'https://runbooks.example.test/credit-risk',
  windowMs: hourMs,
  budget: { mode: 'calendar', hours: 720, alpha: null, streams: 38 },
  segments: [
    segment('channel', 'web', 12_104, 'ok'),
    segment('channel', 'app', 5_890, 'alarm'),
    segment('channel', 'other', 246, 'no_data'),
  ],
  reference: { id: 'sha256:4b7d5c0fd9b1', rows: 5_000, from: now - 80 * hourMs, to: now - 79 * hourMs },
  concerns: [incomeFinding, groupFinding, errorFinding],
  timeline: [
    {
      at: now - 600_000,
      kind: 'version.promotion_requested',
      actor: 'user:ada',
      text: 'Lower error on the held-out rows, no group is worse',
    },
    { at: now - 2 * hourMs, kind: 'rollout.canary_started', actor: 'system:gates', text: 'every gate passes' },
    { at: now - 4 * hourMs, kind: 'rollout.shadow_started', actor: 'user:olu', text: 'it passed its evaluation' },
    { at: now - 5 * hourMs, kind: 'version.registered', actor: 'token:trainer', text: 'registered by retrain' },
    {
      at: now - 6 * hourMs,
      kind: 'alert.firing',
      actor: 'system:alert',
      text: 'income moved down: median 52k → 41k (and 1 more)',
    },
  ],
};

function segment(
  by: string,
  value: string,
  rows: number,
  health: Health,
): NonNullable<ModelDetail['segments']>[number] {
  const performance = health === 'no_data' ? health : 'ok';
  return {
    segment: `${by}=${value}`,
    ...{ by, value, rows },
    health: { drift: health, performance, fairness: performance, dataQuality: performance, overall: health },
  };
}

/** A row of evidence or effect sizes that rises at `onset`. */
function rising(onset: number, top: number, floor: number): (number | null)[] {
  return Array.from({ length: windowCount }, (_, index) => {
    if (index === 3) {
      return null;
    }
    const progress = Math.max(0, (index - onset) / (windowCount - 1 - onset));
    return floor * (1 + 0.3 * Math.sin(index * 2.1)) + top * progress;
  });
}

function signal(
  name: string,
  level: number,
  psi: number,
  changes: Partial<FindingBody> = {},
  type: 'number' | 'category' = 'number',
): DriftReport['signals'][number] {
  return {
    signal: name,
    kind: changes.kind ?? 'feature',
    type,
    latest: finding({
      signal: name,
      kind: 'feature',
      sentence: `${name.replace('feature:', '')} is as in the reference (PSI ${psi.toFixed(3)}, 18,240 rows).`,
      statistics: {
        populationStabilityIndex: estimate(psi, psi * 0.2 + 0.002, 18_240),
        wassersteinNormalised: estimate(psi * 1.3, psi * 0.3 + 0.004, 18_240),
        missingRate: estimate(0.004, 0.001, 18_240),
      },
      evidence: evidence(level, level > 0.3 ? 'location' : null),
      ...changes,
    }),
    evidenceLevel: rising(level > 0.5 ? 15 : 21, level, 0.04),
    populationStabilityIndex: rising(level > 0.5 ? 14 : 22, psi, 0.01),
    materiality: {
      stabilityIndex: estimate(psi * 0.98, psi * 0.2, 18_240),
      movedShare: estimate(Math.sqrt(psi) / 4, Math.sqrt(psi) / 30, 18_240),
    },
  };
}

export const driftReport: DriftReport = {
  model: 'credit-risk',
  version: '1',
  reference: 'sha256:4b7d5c0fd9b1',
  windows: Array.from({ length: windowCount }, (_, index) => ({
    from: windowStart(index),
    to: windowStart(index + 1),
    rows: creditRisk.traffic[index]?.rows ?? 0,
    coverage: { rowsSeen: 4_560, thinnedShare: 0.75, effectiveRows: 4_102, captures: ['declared'] },
  })),
  signals: [
    signal('feature:income', 1.62, 0.31, incomeFinding),
    signal('feature:employment_years', 1.07, 0.18, {
      verdict: 'alarm',
      sentence:
        'employment_years moved down by 0.21 standard deviations against the reference (PSI 0.18, 18,240 rows).',
      evidence: evidence(1.07, 'location', 'down'),
    }),
    signal(
      'feature:region',
      0.66,
      0.09,
      {
        verdict: 'watch',
        sentence: 'The share of "north" rose from 21.0 % to 27.4 % (18,240 rows); half of the alarm level is passed.',
        evidence: evidence(0.66, 'category:north', 'up'),
      },
      'category',
    ),
    signal('score', 0.41, 0.05, { kind: 'score' }),
    signal('feature:loan_amount', 0.12, 0.011),
    signal('feature:debt_ratio', 0.08, 0.008),
    signal('feature:age', 0.05, 0.006),
    signal('latency', 0.02, 0.004, {
      kind: 'latency',
      verdict: 'insufficient_data',
      evidence: null,
      sentence: 'Too few rows carry a latency to say anything: 12 of the 200 that are needed.',
    }),
  ],
};

export const distribution: Distribution = {
  model: 'credit-risk',
  version: '1',
  signal: 'feature:income',
  type: 'number',
  from: windowStart(23),
  to: now,
  referenceRows: 5_000,
  currentRows: 18_240,
  bins: Array.from({ length: 16 }, (_, index) => {
    const shape = (centre: number) => Math.exp(-((index - centre) ** 2) / 14);
    const total = (centre: number) =>
      Array.from({ length: 16 }, (_, other) => Math.exp(-((other - centre) ** 2) / 14)).reduce(
        (sum, share) => sum + share,
        0,
      );
    return {
      label: index === 0 ? '< 10,000' : index === 15 ? '≥ 150,000' : `${index * 10},000 - ${(index + 1) * 10},000`,
      low: index === 0 ? null : index * 10_000,
      high: index === 15 ? null : (index + 1) * 10_000,
      referenceShare: shape(8) / total(8),
      currentShare: shape(6) / total(6),
    };
  }),
};

export const categoryDistribution: Distribution = {
  ...distribution,
  signal: 'feature:region',
  type: 'category',
  bins: [
    ['north', 0.21, 0.274],
    ['south', 0.27, 0.251],
    ['east', 0.25, 0.222],
    ['west', 0.26, 0.239],
    ['(other)', 0.008, 0.011],
    ['(missing)', 0.002, 0.003],
  ].map(([label, referenceShare, currentShare]) => ({
    label: String(label),
    low: null,
    high: null,
    referenceShare: Number(referenceShare),
    currentShare: Number(currentShare),
  })),
};

function group(
  name: string,
  rows: number,
  selectionRate: number,
  accuracy: number,
  verdict: FairnessReport['attributes'][number]['groups'][number]['verdict'],
  against: number | null,
): FairnessReport['attributes'][number]['groups'][number] {
  const half = 1.96 * Math.sqrt((selectionRate * (1 - selectionRate)) / rows);
  const labelled = Math.round(rows * 0.52);
  return {
    group: name,
    rows,
    labelledShare: 0.52,
    rates: {
      selectionRate: estimate(selectionRate, half, rows),
      truePositiveRate: estimate(selectionRate + 0.18, half * 1.6, Math.round(labelled * 0.5)),
      falsePositiveRate: estimate(1 - accuracy - 0.02, half * 1.5, Math.round(labelled * 0.5)),
      falseNegativeRate: estimate(0.82 - selectionRate, half * 1.6, Math.round(labelled * 0.5)),
      accuracy: estimate(accuracy, half * 1.3, labelled),
    },
    statistics:
      against === null
        ? {}
        : {
            statisticalParityDifference: estimate(selectionRate - against, half * 1.4, rows),
            disparateImpactRatio: estimate(selectionRate / against, half * 2.2, rows),
            equalOpportunityDifference: estimate(selectionRate - against + 0.03, half * 2, Math.round(labelled * 0.5)),
          },
    scoreStatistics: {
      areaUnderCurve: estimate(accuracy + 0.06, 0.012, labelled),
      calibrationError: estimate(0.82 - accuracy, 0.01, labelled),
    },
    calibration: Array.from({ length: 5 }, (_, index) => {
      const predicted = 0.1 + index * 0.2;
      return {
        predicted,
        low: index / 5,
        high: (index + 1) / 5,
        observed: estimate(predicted * (accuracy + 0.15), 0.04, Math.round(labelled / 5)),
      };
    }),
    labelNote: name === 'female' ? 'fewer of its outcomes are known than of the reference group' : null,
    suppressed: null,
    verdict,
  };
}

export const fairnessReport: FairnessReport = {
  model: 'credit-risk',
  version: '1',
  from: windowStart(0),
  to: now,
  favourable: 'approved',
  attributes: [
    {
      attribute: 'sex',
      referenceGroup: 'male',
      groups: [
        group('male', 10_139, 0.589, 0.79, 'clear', null),
        group('female', 8_101, 0.412, 0.73, 'alarm', 0.589),
        {
          group: 'not stated',
          rows: 19,
          labelledShare: 0.4,
          rates: { selectionRate: estimate(null, null, 19, 'n<30') },
          statistics: {},
          auditNote: 'one row in a thousand is of this group: its rates cannot be told',
          suppressed: 'n<30',
          verdict: 'insufficient_data',
        },
      ],
    },
    {
      attribute: 'age_band',
      referenceGroup: '35-54',
      groups: [
        group('35-54', 8_902, 0.561, 0.78, 'clear', null),
        group('18-34', 6_230, 0.488, 0.77, 'watch', 0.561),
        group('55+', 3_108, 0.523, 0.77, 'clear', 0.561),
      ],
    },
  ],
};

export const performanceReport: PerformanceReport = {
  model: 'credit-risk',
  version: '1',
  from: windowStart(0),
  to: now,
  rows: 341_200,
  labelledRows: 176_900,
  final: false,
  statistics: {
    accuracy: estimate(0.787, 0.008, 176_900),
    precision: estimate(0.741, 0.011, 96_100),
    recall: estimate(0.702, 0.012, 88_400),
    f1: estimate(0.721, 0.01, 176_900),
    areaUnderCurve: estimate(0.843, 0.007, 176_900),
  },
  confusion: { truePositive: 62_057, falsePositive: 21_690, falseNegative: 26_343, trueNegative: 66_810 },
  bounds: { accuracy: { low: 0.512, high: 0.88 } },
  calibration: {
    intercept: estimate(-0.08, 0.05, 176_900),
    slope: estimate(0.91, 0.04, 176_900),
    bins: Array.from({ length: 10 }, (_, index) => {
      const predicted = 0.05 + index * 0.1;
      return {
        predicted,
        low: index / 10,
        high: (index + 1) / 10,
        observed: estimate(0.03 + predicted * 0.9, 0.03, 17_690),
      };
    }),
  },
  windows: Array.from({ length: windowCount }, (_, index): PerformanceReport['windows'][number] => {
    const labelled = index === 5 ? 0 : Math.round(9_000 * Math.min(1, (windowCount - index) / 8));
    const accuracy = 0.824 - 0.0018 * index - (index > 14 ? 0.003 * (index - 14) : 0) + 0.004 * Math.sin(index * 1.9);
    const half = 1.2 / Math.sqrt(Math.max(labelled, 30));
    return {
      from: windowStart(index),
      to: windowStart(index + 1),
      rows: creditRisk.traffic[index]?.rows ?? 0,
      labelledRows: labelled,
      final: index < 16,
      statistics:
        labelled === 0
          ? { accuracy: estimate(null, null, 0, 'no labels') }
          : {
              accuracy: estimate(accuracy, half, labelled),
              precision: estimate(accuracy - 0.05, half * 1.3, labelled),
              recall: estimate(accuracy - 0.09, half * 1.4, labelled),
              f1: estimate(accuracy - 0.07, half * 1.3, labelled),
            },
    };
  }),
  evidence: evidence(0.71, 'error', 'up'),
};

const gates: GateResult[] = [
  {
    gate: 'offline_performance',
    verdict: 'pass',
    reason: 'Accuracy 0.804 against 0.771 on the same 2,000 rows',
    numbers: { difference: 0.033, margin: 0.01 },
    at: now - 4 * hourMs,
  },
  {
    gate: 'worst_group',
    verdict: 'pass',
    reason: 'No group loses more than 0.03: worst is sex=male with -0.004',
    numbers: { worst: -0.004 },
    at: now - 4 * hourMs,
  },
  {
    gate: 'shadow_divergence',
    verdict: 'pass',
    reason: 'Shadow disagreed on 14.1 % of 812 rows, at most 25 % is allowed',
    numbers: { disagreement: 0.141, rows: 812 },
    at: now - 2 * hourMs,
  },
  {
    gate: 'canary_error_rate',
    verdict: 'inconclusive',
    reason: '212 labelled rows, 500 are needed',
    numbers: { rows: 212 },
    at: now - 600_000,
  },
];

const pair = (candidate: number, champion: number, n: number) => ({
  candidate: estimate(candidate, 0.018, n),
  champion: estimate(champion, 0.019, n),
  difference: estimate(candidate - champion, 0.015, n),
});

const evaluation: Evaluation = {
  id: 'ev_01',
  model: 'credit-risk',
  version: '2',
  champion: '1',
  dataset: 'sha256:9c1f0a7734bd0e1c2d3e4f5a6b7c8d9e0f1a2b3c4d5e6f708192a3b4c5d6e7f8',
  rows: 2_000,
  metrics: {
    accuracy: pair(0.804, 0.771, 2_000),
    precision: pair(0.771, 0.722, 1_040),
    recall: pair(0.748, 0.711, 980),
    f1: pair(0.759, 0.714, 2_000),
  },
  groups: [
    { attribute: 'sex', group: 'female', rows: 901, metrics: { accuracy: pair(0.792, 0.731, 901) } },
    { attribute: 'sex', group: 'male', rows: 1_099, metrics: { accuracy: pair(0.812, 0.816, 1_099) } },
  ],
  gates: gates.slice(0, 2),
  at: now - 4 * hourMs,
};

function version(name: string, changes: Partial<VersionDetail>): VersionDetail {
  return {
    model: 'credit-risk',
    version: name,
    state: 'registered',
    digest: `sha256:${name.padStart(2, '0').repeat(32)}`,
    registeredAt: now - 90 * hourMs,
    registeredBy: 'token:demo',
    source: 'api',
    parameters: { regularisation: 1, rows: 20_000 },
    evaluation: null,
    gates: [],
    history: [],
    ...changes,
  };
}

export const approval: Approval = {
  id: 'ap_01',
  model: 'credit-risk',
  action: 'promote',
  target: '2',
  state: 'pending',
  requestedBy: 'user:ada',
  requestedAt: now - 600_000,
  reason: 'Lower error on the held-out rows, no group is worse',
  expiresAt: now + 23 * hourMs,
  needed: 2,
  approvedBy: [],
  revision: 1,
};

function instance(name: string, changes: Partial<Instance> = {}): Instance {
  return {
    instance: name,
    service: 'credit-api',
    sdkVersion: '0.1.0',
    routingRevision: 14,
    serving: [
      { version: '1', role: 'champion' },
      { version: '2', role: 'canary' },
    ],
    loaded: [
      { version: '1', digest: `sha256:${'01'.repeat(32)}` },
      { version: '2', digest: `sha256:${'02'.repeat(32)}` },
    ],
    accepted: 181_233,
    acknowledged: 181_100,
    dropped: {},
    lastSeenAt: Date.now() - 1_500,
    ...changes,
  };
}

export const versionList: VersionList = {
  model: 'credit-risk',
  revision: 14,
  versions: [
    version('3', { state: 'registered', registeredAt: now - hourMs, source: 'retrain:rt_02' }),
    version('2', {
      state: 'canary',
      registeredAt: now - 5 * hourMs,
      source: 'retrain:rt_01',
      evaluation,
      gates,
      history: [
        { at: now - 2 * hourMs, from: 'shadow', to: 'canary', actor: 'user:olu', reason: 'Shadow agrees' },
        { at: now - 4 * hourMs, from: 'evaluated', to: 'shadow', actor: 'user:olu', reason: 'Try it on live traffic' },
        {
          at: now - 4.5 * hourMs,
          from: 'registered',
          to: 'evaluated',
          actor: 'system',
          reason: 'Evaluated on 2,000 held-out rows',
        },
        {
          at: now - 5 * hourMs,
          from: null,
          to: 'registered',
          actor: 'token:trainer',
          reason: 'Result of retrain job rt_01',
        },
      ],
    }),
    version('1', {
      state: 'champion',
      history: [
        { at: now - 89 * hourMs, from: 'registered', to: 'champion', actor: 'system', reason: 'First version' },
      ],
    }),
    version('0', { state: 'superseded', registeredAt: now - 400 * hourMs }),
  ],
  routing: { revision: 14, champion: '1', canary: { version: '2', weightBasisPoints: 1_000 }, shadow: null },
  observed: [
    { version: '1', role: 'champion', rows: 16_470, share: 0.903 },
    { version: '2', role: 'canary', rows: 1_770, share: 0.097 },
  ],
  paused: null,
  rollBackTarget: { version: '1', healthy: true, reason: 'Serving now on every instance; digest matches' },
  instances: [
    instance('credit-api-7f9c-1'),
    instance('credit-api-7f9c-2'),
    instance('credit-api-7f9c-3', {
      routingRevision: 13,
      serving: [{ version: '1', role: 'champion' }],
      dropped: { buffer_full: 12 },
    }),
  ],
  approvals: [approval],
};

/** What an alert of which nothing special is to be said has. */
const plain = { silence: null, inhibitedBy: null, heldState: null, expected: null, notifiedAt: null };

export const alerts: Alert[] = [
  {
    id: 'a1f0c3d4e5',
    model: 'credit-risk',
    environment: 'production',
    kind: 'drift',
    severity: 'ticket',
    state: 'firing',
    version: '1',
    since: now - 6 * hourMs,
    firedAt: now - 6 * hourMs,
    resolvedAt: null,
    changedAt: now - 6 * hourMs,
    sentence: 'Two features drifted: income and employment_years moved down.',
    findings: [incomeFinding],
    acknowledgement: {
      by: 'user:olu',
      at: now - 5 * hourMs,
      until: now + 3 * hourMs,
      comment: 'Known: spring campaign. Retrain is running.',
    },
    ...plain,
    revision: 3,
  },
  {
    id: 'b2e1d4c5f6',
    model: 'credit-risk',
    environment: 'production',
    kind: 'fairness',
    severity: 'page',
    state: 'firing',
    version: '1',
    since: now - 3 * hourMs,
    firedAt: now - 3 * hourMs,
    resolvedAt: null,
    changedAt: now - 3 * hourMs,
    sentence: 'Women are approved less often than four fifths of the rate of men.',
    findings: [groupFinding],
    acknowledgement: null,
    ...plain,
    revision: 1,
  },
  {
    id: 'c3d2e5f6a7',
    model: 'credit-risk',
    environment: 'production',
    kind: 'data_quality',
    severity: 'ticket',
    state: 'resolved',
    version: '1',
    since: now - 30 * hourMs,
    firedAt: now - 32 * hourMs,
    resolvedAt: now - 30 * hourMs,
    changedAt: now - 30 * hourMs,
    sentence: 'debt_ratio was missing in 14.0 % of rows.',
    findings: [],
    acknowledgement: null,
    ...plain,
    revision: 5,
  },
];
export const alertList: AlertList = { items: alerts, nextCursor: null };

const plainJob = {
  ...{ externalRunId: null, reasons: [], guards: [], outcome: null },
  ...{ approvalExpiresAt: null, silentAfter: null, deadlineAt: null },
};

export const retrainJobList: RetrainJobList = {
  items: [
    {
      id: 'rt_02',
      model: 'credit-risk',
      environment: 'production',
      version: '1',
      state: 'running',
      trigger: { kind: 'manual', alert: null, reason: 'Try with the newest labels' },
      requestedBy: 'user:ada',
      requestedAt: now - 1.5 * hourMs,
      changedAt: now - 0.5 * hourMs,
      progress: 0.6,
      result: null,
      error: null,
      ...plainJob,
      revision: 4,
    },
    {
      id: 'rt_01',
      model: 'credit-risk',
      environment: 'production',
      version: '1',
      state: 'succeeded',
      trigger: { kind: 'drift', alert: 'a1f0c3d4e5', reason: 'Drift in three consecutive windows: income' },
      requestedBy: 'system',
      requestedAt: now - 6 * hourMs,
      changedAt: now - 5 * hourMs,
      progress: 1,
      result: { version: '2', digest: `sha256:${'02'.repeat(32)}` },
      error: null,
      ...plainJob,
      revision: 6,
    },
  ],
  nextCursor: null,
};

export const auditPage: AuditPage = {
  items: [
    {
      sequence: 42,
      at: now - 600_000,
      actor: 'user:ada',
      action: 'version.promotion_requested',
      target: 'model/production/credit-risk',
      reason: 'Lower error on the held-out rows, no group is worse',
      before: null,
      after: null,
      requestId: 'r-42',
      previousHash: 'aa',
      hash: 'bb',
    },
    {
      sequence: 41,
      at: now - 2 * hourMs,
      actor: 'user:olu',
      action: 'rollout.canary_started',
      target: 'model/production/credit-risk',
      reason: 'Shadow agrees',
      before: null,
      after: null,
      requestId: 'r-41',
      previousHash: '99',
      hash: 'aa',
    },
  ],
  nextCursor: null,
};

const operatorVerbs: Me['actions'] = [
  ...(['shadow', 'canary', 'promote', 'roll-back', 'pause', 'resume', 'acknowledge', 'retrain'] as const),
  ...(['silence', 'unsilence', 'cancel-retrain', 'replay-delivery', 'replay-deliveries'] as const),
  ...(['reject', 'retire', 'quarantine', 'dequeue'] as const),
  'replay-dead-letter',
  'replay-dead-letters',
];

export const me: Readonly<Record<'ada' | 'grace' | 'olu' | 'vic', Me>> = {
  ada: approver('ada', 'Ada'),
  grace: approver('grace', 'Grace'),
  olu: {
    subject: 'user:olu',
    name: 'Olu',
    role: 'operator',
    scopes: [],
    actions: operatorVerbs,
    insecure: false,
  },
  vic: { subject: 'user:vic', name: 'Vic', role: 'viewer', scopes: [], actions: [], insecure: false },
};

function approver(login: string, name: string): Me {
  return {
    subject: `user:${login}`,
    name,
    role: 'approver',
    scopes: [],
    actions: [...operatorVerbs, 'approve', 'expect', 'test-webhook', 'release', 'break-glass', 'close-break-glass'],
    insecure: false,
  };
}

export const collectorStatus: CollectorStatus = {
  version: '0.1.0',
  startedAt: now - 30 * 24 * hourMs,
  ready: true,
  notReady: [],
  counts: {
    inferences: 4_104_000,
    outcomes: 2_010_400,
    joinedOutcomes: 2_010_000,
    waitingOutcomes: 400,
    refusedOutcomes: 0,
    duplicateBatches: 12,
    deadLetters: 0,
    unknownModelEvents: 0,
  },
  models: {
    'credit-risk': { inferences: 2_052_000, outcomes: 1_005_200 },
    fraud: { inferences: 1_026_000, outcomes: 502_600 },
    churn: { inferences: 1_026_000, outcomes: 502_600 },
  },
  lagMessages: 0,
};
