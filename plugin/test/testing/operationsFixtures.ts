import type {
  AlertChanges,
  AlertHistory,
  AuditVerification,
  DataQualityReport,
  DeadLetterCodeList,
  DeadLetterDetail,
  DeadLetterList,
  DeliveryList,
  Exemplars,
  RetrainRecommendation,
  SilenceList,
  WebhookList,
} from '@plumbline/collector/api';
import { driftReport, estimate, finding, now } from './fixtures.ts';

/** What surrounds the small fleet of the other fixtures: silences, receivers, deliveries, histories. */

const minuteMs = 60_000;
const hourMs = 3_600_000;

export const alertHistory: AlertHistory = {
  items: [
    {
      ...{ at: now - 90 * minuteMs, eventTime: null, transition: 'acknowledged', state: 'firing', severity: 'page' },
      ...{ version: '1', actor: 'user:olu', text: 'Looking into it' },
    },
    {
      ...{ at: now - 2 * hourMs, eventTime: now - 2 * hourMs, transition: 'fired', state: 'firing', severity: 'page' },
      ...{ version: '1', actor: 'system:alerts', text: 'Evidence passed the alarm level' },
    },
    {
      ...{ at: now - 3 * hourMs, eventTime: now - 3 * hourMs, transition: 'pending', state: 'pending' },
      ...{ severity: 'ticket', version: '1', actor: 'system:alerts', text: 'Half of the alarm level' },
    },
  ],
  nextCursor: null,
};

export const alertChanges: AlertChanges = {
  firedAt: now - 2 * hourMs,
  items: [
    {
      ...{ at: now - 2 * hourMs - 25 * minuteMs, kind: 'rollout', actor: 'user:olu' },
      ...{ text: 'Canary of version 2 started at 10 %', minutesBefore: 25 },
    },
    {
      ...{ at: now - 8 * hourMs, kind: 'schema', actor: 'system:engine' },
      ...{ text: 'Feature region sends a new value: north-east', minutesBefore: 360 },
    },
    {
      ...{ at: now - hourMs, kind: 'annotation', actor: 'user:ada', text: 'Campaign in the north', minutesBefore: -60 },
    },
  ],
};

export const silenceList: SilenceList = {
  items: [
    {
      ...{ id: 'si_02', model: 'churn', environment: 'production', kind: 'drift', signal: 'feature:*', severity: null },
      ...{ startsAt: now - hourMs, endsAt: now + 3 * hourMs, state: 'active', by: 'user:olu' },
      ...{ reason: 'Campaign until the evening', endedBy: null, revision: 1 },
    },
    {
      ...{ id: 'si_01', model: 'fraud', environment: 'production', kind: null, signal: null, severity: 'ticket' },
      ...{ startsAt: now - 30 * hourMs, endsAt: now - 6 * hourMs, state: 'ended', by: 'user:ada' },
      ...{ reason: 'Migration of the feature store', endedBy: 'user:grace', revision: 2 },
    },
  ],
  nextCursor: null,
};

export const retrainRecommendation: RetrainRecommendation = {
  model: 'credit-risk',
  version: '1',
  verdict: 'blocked',
  score: 0.82,
  reasons: [
    { code: 'drift', score: 0.7, text: 'income and employment_years have left their reference in three windows' },
    { code: 'performance', score: 0.4, text: 'Accuracy fell from 81.2 % to 78.7 %' },
  ],
  guards: [
    {
      code: 'labelled_rows',
      verdict: 'pass',
      text: '176,900 labelled rows, 1,000 are needed',
      value: 176_900,
      limit: 1_000,
    },
    {
      code: 'cooldown',
      verdict: 'fail',
      text: 'The latest retrain ended 5 h ago, 24 h are asked for',
      value: 5,
      limit: 24,
    },
    {
      code: 'rows_per_group',
      verdict: 'unknown',
      text: 'No rows of "not stated" may be counted',
      value: null,
      limit: 30,
    },
    { code: 'daily_cap', verdict: 'off', text: 'No cap is set', value: null, limit: null },
  ],
  job: null,
  possibleAt: now + 19 * hourMs,
};

export const webhookList: WebhookList = {
  items: [
    {
      ...{ name: 'trainer', kind: 'webhook', role: 'events', origin: 'https://trainer.example.org' },
      ...{ events: ['model.retrain.requested'], secrets: 1, state: 'ok', failures: 0 },
      ...{ lastSuccessAt: now - hourMs, lastFailureAt: null, lastError: null, openUntil: null, disabledReason: null },
      ...{ pending: 0, dead: 0, revision: 3 },
    },
    {
      ...{ name: 'pager', kind: 'pagerduty', role: 'notifications', origin: 'https://events.pagerduty.com' },
      ...{ events: [], secrets: 1, state: 'open', failures: 7 },
      ...{ lastSuccessAt: now - 30 * hourMs, lastFailureAt: now - 4 * minuteMs, lastError: 'HTTP 503' },
      ...{ openUntil: now + 6 * minuteMs, disabledReason: null, pending: 3, dead: 2, revision: 9 },
    },
  ],
  inbound: [
    {
      ...{ name: 'mlflow', scheme: 'mlflow', model: 'credit-risk', accepted: 12, refused: 1 },
      ...{ lastAt: now - 5 * hourMs, lastText: 'version 2 registered' },
    },
  ],
};

export const deliveryList: DeliveryList = {
  items: [
    {
      ...{ id: 'de_03', webhook: 'pager', event: 'ev_03', type: 'model.alert.fired', subject: 'alert/a1f0c3d4e5' },
      ...{ state: 'pending', nextAttemptAt: now + 6 * minuteMs, createdAt: now - 10 * minuteMs, revision: 3 },
      attempts: [
        { at: now - 10 * minuteMs, status: 503, error: null, durationMs: 212.4, peer: 'unicast', answer: 'try later' },
        { at: now - 4 * minuteMs, status: null, error: 'TIMEOUT', durationMs: 10_000, peer: null, answer: null },
      ],
    },
    {
      ...{ id: 'de_02', webhook: 'pager', event: 'ev_02', type: 'model.alert.fired', subject: 'alert/b7' },
      ...{ state: 'dead', nextAttemptAt: null, createdAt: now - 26 * hourMs, revision: 8 },
      attempts: [{ at: now - 26 * hourMs, status: 410, error: null, durationMs: 80, peer: 'unicast', answer: 'gone' }],
    },
    {
      ...{ id: 'de_01', webhook: 'trainer', event: 'ev_01', type: 'model.retrain.requested', subject: 'retrain/rt_01' },
      ...{ state: 'delivered', nextAttemptAt: null, createdAt: now - 6 * hourMs, revision: 2 },
      attempts: [{ at: now - 6 * hourMs, status: 202, error: null, durationMs: 41, peer: 'unicast', answer: null }],
    },
  ],
  nextCursor: null,
};

export const deadLetterList: DeadLetterList = {
  items: [
    {
      ...{ id: 'dl_01', at: now - 3 * hourMs, subject: 'plumbline.inference.4.credit-risk', code: 'BAD_FRAME' },
      ...{ reason: 'column "age" ends after 812 of 4,096 bytes', bytes: 2_210, replayed: null, revision: 1 },
    },
    {
      ...{ id: 'dl_00', at: now - 9 * hourMs, subject: 'plumbline.outcome.2.churn', code: 'BAD_JSON' },
      ...{ reason: 'line 3 is no JSON', bytes: 310, replayed: { at: now - hourMs, by: 'user:olu' }, revision: 2 },
    },
  ],
  total: 2,
  nextCursor: null,
};

export const deadLetterCodeList: DeadLetterCodeList = {
  items: [
    { code: 'BAD_FRAME', kept: 1, waiting: 1, revision: 3 },
    { code: 'BAD_JSON', kept: 1, waiting: 0, revision: 2 },
  ],
};

export const deadLetterDetail: DeadLetterDetail = {
  ...{ id: 'dl_01', at: now - 3 * hourMs, subject: 'plumbline.inference.4.credit-risk', code: 'BAD_FRAME' },
  ...{ reason: 'column "age" ends after 812 of 4,096 bytes', bytes: 2_210, replayed: null, revision: 1 },
  payload: { contentType: 'application/vnd.plumbline.frame', text: null, hex: '504c4202', bytes: 2_210, cut: false },
};

export const exemplars: Exemplars = {
  ...{ model: 'credit-risk', version: '1', from: now - 2 * hourMs, to: now },
  windows: [
    {
      ...{ from: now - 2 * hourMs, to: now - hourMs },
      exemplars: [
        {
          ...{ inferenceId: '0193-early', traceId: '4bf92f3577b34da6a3ce929d0e0e4736', at: now - 90 * minuteMs },
          reasons: ['random'],
        },
      ],
    },
    {
      ...{ from: now - hourMs, to: now },
      exemplars: [
        {
          ...{ inferenceId: '0193-late', traceId: '00f067aa0ba902b7a3ce929d0e0e4736', at: now - 30 * minuteMs },
          reasons: ['failed', 'slowest'],
        },
      ],
    },
  ],
};

export const auditVerification: AuditVerification = {
  ok: true,
  records: 42,
  head: 'b5bb9d8014a0f9b1d61e21e796d78dccdf1352f23cd32812f4850b878ae4944c',
  problem: null,
};

export const dataQualityReport: DataQualityReport = {
  model: 'credit-risk',
  version: '1',
  windows: driftReport.windows,
  signals: [
    {
      signal: 'data_quality:debt_ratio',
      latest: finding({
        ...{ signal: 'data_quality:debt_ratio', kind: 'data_quality', verdict: 'alarm' },
        sentence: 'debt_ratio is missing in 14.0 % of rows, 0.4 % in the reference.',
        evidence: {
          log: 15.1,
          alarmLog: 11.4,
          level: 1.32,
          alarm: true,
          leading: { score: 'missing', direction: 'up' },
        },
        statistics: { missingRate: estimate(0.14, 0.005, 18_240), invalidRate: estimate(0, 0.0002, 18_240) },
      }),
      verdicts: driftReport.windows.map((_, index) => (index < 20 ? 'clear' : 'alarm')),
      evidenceLevel: driftReport.windows.map((_, index) => (index < 18 ? 0.02 : 0.02 + (index - 17) * 0.22)),
      explains: ['feature:debt_ratio'],
    },
    {
      signal: 'data_quality:region',
      latest: finding({
        ...{ signal: 'data_quality:region', kind: 'data_quality' },
        sentence: 'The values of region are as complete and as valid as in the reference.',
        evidence: { log: 0.3, alarmLog: 11.4, level: 0.03, alarm: false, leading: null },
        statistics: { missingRate: estimate(0.001, 0.0005, 18_240), unseenRate: estimate(0, 0.0002, 18_240) },
      }),
      verdicts: driftReport.windows.map(() => 'clear' as const),
      evidenceLevel: driftReport.windows.map(() => 0.03),
      explains: [],
    },
  ],
};
