import { z } from 'zod';
import { coverage } from './coverage.ts';
import { estimate, evidence, finding, labelBounds, signalKind, verdict } from './findings.ts';

const segment = z.string().optional().describe('As asked for: `channel=web`; absent: the whole');

const reportWindow = z.object({
  from: z.number(),
  to: z.number(),
  rows: z.number(),
  coverage: coverage.optional().describe('Absent where no rows are kept of the window'),
});

/** `GET /v1/models/:model/drift?version=&segment=&from=&to=`; default: the champion's latest 48 windows */
export const driftReport = z.object({
  model: z.string(),
  version: z.string(),
  segment,
  reference: z.string().nullable(),
  windows: z.array(reportWindow),
  /** Ranked: what alarmed first, then what is watched, then the rest; within these by materiality. */
  signals: z.array(
    z.object({
      signal: z.string(),
      kind: signalKind,
      type: z.enum(['number', 'category']),
      latest: finding,
      /** One entry a window, `null` where the window has no finding of this signal. */
      evidenceLevel: z.array(z.number().nullable()),
      populationStabilityIndex: z.array(z.number().nullable()),
      materiality: z
        .object({
          stabilityIndex: estimate.describe('PSI less what chance adds, with the interval of the true PSI'),
          movedShare: estimate.describe('Share of the rows that would have to move, less what chance would move'),
        })
        .nullable()
        .optional()
        .describe('How much the latest window differs beyond chance; null where it has no profile'),
    }),
  ),
  embeddings: z
    .array(
      z.object({
        feature: z.string().describe('`query` of the features `query.projection_00`, ...'),
        projections: z.number(),
        moved: z.array(z.string()).describe('Signals of those that alarmed in one of the windows'),
        centroidCosineDistance: estimate.describe('Of their means in the latest window from those of the reference'),
        domainClassifierArea: estimate
          .nullable()
          .describe(
            'How well its rows can be told from those of the reference, 0.5: not at all; null without `sampledRows`',
          ),
        maximumMeanDiscrepancy: estimate
          .nullable()
          .describe(
            'MMD², how unlike its rows are to those of the reference in any way, 0 on average where nothing changed and below ' +
              '`high` in 95 % of such windows; null without `sampledRows`',
          ),
        furthest: z.string().describe('Signal of the projection that moved furthest'),
        wassersteinNormalised: estimate.describe(
          'By how much that one did, in standard deviations of the reference; below `high` the furthest of all stays in 95 % of ' +
            'windows where nothing changed',
        ),
        sentence: z.string(),
      }),
    )
    .optional()
    .describe(
      'What the projections of each embedding say together about the latest window; absent where there are none',
    ),
});

/** `GET /v1/models/:model/data-quality?version=&segment=&from=&to=`; default: the champion's latest 48 windows */
export const dataQualityReport = z.object({
  model: z.string(),
  version: z.string(),
  segment,
  windows: z.array(reportWindow),
  /** What alarmed first, then what is watched, then the rest by name. */
  signals: z.array(
    z.object({
      signal: z.string(),
      latest: finding,
      verdicts: z.array(verdict.nullable()).describe('One entry a window, null where nothing was found out'),
      evidenceLevel: z.array(z.number().nullable()).describe('One entry a window; null where there is no evidence'),
      explains: z
        .array(z.string())
        .describe(
          'Signals of the latest window that it tells of too: drift that it explains, projections that broke with it',
        ),
    }),
  ),
});

/** `GET /v1/models/:model/distribution?signal=&version=&segment=&from=&to=`; default: the champion's latest window */
export const distribution = z.object({
  model: z.string(),
  version: z.string(),
  segment,
  signal: z.string(),
  type: z.enum(['number', 'category']),
  from: z.number(),
  to: z.number(),
  referenceRows: z.number(),
  currentRows: z.number(),
  bins: z.array(
    z.object({
      label: z.string(),
      low: z.number().nullable().describe('Inclusive; null for categories and open ends'),
      high: z.number().nullable(),
      referenceShare: z.number(),
      currentShare: z.number(),
    }),
  ),
  statistics: z
    .record(z.string(), estimate)
    .optional()
    .describe(
      'Every drift statistic of the signal, each with the band that 95 % of clean windows keep to, or an interval',
    ),
  movers: z
    .array(
      z.object({
        value: z.string().describe('As the apps sent it: a pseudonym where they send pseudonyms'),
        referenceShare: z.number(),
        currentShare: z.number(),
        z: z.number().describe('Standard errors between the two; above 0 for values that became more'),
      }),
    )
    .optional()
    .describe(
      'Of a category: the ten values whose share of the rows with a value changed most surely, rare ones too, beyond what the largest of as many shows by chance in 1 of 20 windows',
    ),
});

/** `GET /v1/models/:model/fairness?version=&segment=&from=&to=`; default: the champion's latest 24 windows */
export const fairnessReport = z.object({
  model: z.string(),
  version: z.string(),
  segment,
  from: z.number(),
  to: z.number(),
  final: z.boolean().optional().describe('False while outcomes younger than the outcome delay are still missing'),
  favourable: z.string().nullable(),
  attributes: z.array(
    z.object({
      attribute: z.string(),
      referenceGroup: z.string().nullable(),
      statistics: z
        .record(z.string(), estimate)
        .optional()
        .describe('Without a reference group: `selectionRateRange` (largest less smallest), `theilIndex`, ...'),
      ranges: z
        .array(
          z.object({
            rate: z.string(),
            highest: z.string(),
            lowest: z.string(),
            difference: estimate,
            ratio: estimate,
          }),
        )
        .optional()
        .describe('Of each rate the groups that have most and least of it, when none is the reference'),
      worst: z
        .array(z.object({ rate: z.string(), group: z.string(), shrunken: estimate }))
        .optional()
        .describe('The group that is surely worst off, by each rate that can harm a person'),
      groups: z.array(
        z.object({
          group: z.string(),
          rows: z.number().nullable().describe('null where the group is hidden: subtraction would give it away'),
          labelledShare: z.number().nullable().describe('null where the group is hidden'),
          /** Rates of this group by name: `selectionRate`, `truePositiveRate`, `falsePositiveRate`, `falseNegativeRate`, `accuracy`. */
          rates: z.record(z.string(), estimate),
          /** Against the reference group: `statisticalParityDifference`, `disparateImpactRatio`, `equalOpportunityDifference`. */
          statistics: z.record(z.string(), estimate),
          shrunkenRates: z
            .record(z.string(), estimate)
            .optional()
            .describe('Drawn towards the mean of all groups, the more the smaller the group; 95 % posterior interval'),
          scoreStatistics: z
            .record(z.string(), estimate)
            .optional()
            .describe('Inside the group: `areaUnderCurve`, against everybody else, `calibrationError`, ...'),
          calibration: z
            .array(z.object({ predicted: z.number(), low: z.number(), high: z.number(), observed: estimate }))
            .optional()
            .describe('Of probabilities: what was predicted for the group against what happened'),
          bounds: z.record(z.string(), labelBounds).optional().describe('Of rates, while labels are missing'),
          labelNote: z.string().nullable().optional().describe('What to know about the labels before comparing'),
          auditNote: z
            .string()
            .nullable()
            .optional()
            .describe('Why the group cannot be audited: hardly any of it comes'),
          suppressed: z.string().nullable(),
          verdict,
        }),
      ),
    }),
  ),
});

const labelFreeMethod = z
  .enum(['CBPE', 'ATC', 'DoC', 'BBSE', 'M-CBPE'])
  .describe(
    'Confidence-based performance estimation, average thresholded confidence, difference of confidences, black box shift estimation, ' +
      'the first by the calibration of each segment',
  );

const hideable = estimate.describe('Hidden, with the reason in `suppressed`, where its back-test is above 0.03');

const backTest = estimate.describe(
  'Mean absolute error of the same estimate over `n` stretches of final windows after the reference, each so long that labels alone seldom make 0.03: ' +
    'those of the range, or where it has none the latest 24 before it; ' +
    'below `high` in 95 % of cases where scores are worth what they were in the reference. `suppressed` says why there is none',
);

const beforeLabels = z.object({
  assumes: z
    .literal('no concept drift')
    .describe('Nobody can see without labels that the same score means something else'),
  rows: z.number().describe('Predictions with a score'),
  chosen: labelFreeMethod
    .nullable()
    .describe('The one that was off least; null where none is tested, or all are off by more than 0.03'),
  methods: z.array(z.object({ method: labelFreeMethod, errorRate: hideable, backTest })),
  statistics: z
    .record(z.string(), z.object({ estimate: hideable, backTest }))
    .describe(
      'By CBPE: `accuracy`, `precision`, `recall`, `f1`, `areaUnderCurve`; the interval is of what labels will say',
    ),
});

/** `GET /v1/models/:model/performance?version=&segment=&from=&to=`; default: the champion's latest 24 windows */
export const performanceReport = z.object({
  model: z.string(),
  version: z.string(),
  segment,
  from: z.number(),
  to: z.number(),
  rows: z.number(),
  labelledRows: z.number(),
  /** False while outcomes younger than the outcome delay are still missing. */
  final: z.boolean(),
  statistics: z
    .record(z.string(), estimate)
    .describe('`accuracy`, `precision`, `recall`, `f1`, `areaUnderCurve`; regression: `meanAbsoluteError`, ...'),
  confusion: z
    .object({
      truePositive: z.number(),
      falsePositive: z.number(),
      falseNegative: z.number(),
      trueNegative: z.number(),
    })
    .nullable(),
  bounds: z
    .record(z.string(), labelBounds)
    .optional()
    .describe('Where numbers will lie whatever the missing labels say; empty when none is missing'),
  calibration: z
    .object({
      intercept: estimate.describe('Of the log odds of what happened on the predicted ones; 0 is perfect'),
      slope: estimate.describe('1 is perfect; below: probabilities are too extreme'),
      bins: z.array(z.object({ predicted: z.number(), low: z.number(), high: z.number(), observed: estimate })),
    })
    .nullable()
    .optional()
    .describe('Of binary models whose scores are probabilities; bins hold about the same number of labelled rows'),
  classes: z
    .array(
      z.object({
        class: z.string(),
        labels: z.number(),
        predictions: z.number(),
        precision: estimate,
        recall: estimate,
        f1: estimate,
      }),
    )
    .optional()
    .describe('Of multiclass models'),
  windows: z.array(
    z.object({
      from: z.number(),
      to: z.number(),
      rows: z.number(),
      labelledRows: z.number(),
      final: z.boolean(),
      coverage: coverage.optional(),
      statistics: z.record(z.string(), estimate),
      bounds: z.record(z.string(), labelBounds).optional(),
      arrived: estimate
        .nullable()
        .optional()
        .describe('Error rate of the labels that came in this window, whichever window their predictions belong to'),
      expected: z
        .record(z.string(), estimate)
        .optional()
        .describe('`beforeLabels.statistics` of this window alone; absent where it is final or nothing is expected'),
    }),
  ),
  expectedErrors: z
    .object({
      errorRate: estimate.describe('Of all predictions with a score, as scores let expect: labels are not looked at'),
      difference: estimate.describe('Of those with a label: the error rate less what scores let expect'),
      backTest: backTest.describe('Of the error rate by CBPE'),
      beforeLabels: beforeLabels
        .nullable()
        .optional()
        .describe('What labels may turn out to say of the windows that are not final; null where there is none'),
    })
    .nullable()
    .optional()
    .describe(
      'How far the estimate without labels was off where labels came, after the reference; null where it is not made',
    ),
  evidence: evidence.nullable(),
  findings: z
    .array(finding)
    .optional()
    .describe(
      'The latest of each signal about being right, ratings left out: `performance:error_rate`, `performance:calibration`, `performance:expected_error`',
    ),
  ratings: z
    .array(
      z.object({
        type: z.enum(['feedback', 'evaluation']),
        latest: finding,
        means: z.array(estimate.nullable()).describe('One entry a window, of the ratings that came in it'),
      }),
    )
    .optional()
    .describe('What people and evaluators said of single answers; empty when nobody said anything'),
});

const amount = z.object({
  total: z.number().describe('Of all calls that said'),
  mean: estimate.describe('Of a call'),
  median: z.number().nullable(),
  percentile95: z.number().nullable(),
});

/** `GET /v1/models/:model/weak-segments?version=&segment=&from=&to=`; default: the champion's latest 168 windows with final outcomes, fewer where each keeps many rows */
export const weakSegmentReport = z.object({
  model: z.string(),
  version: z.string(),
  segment,
  from: z.number(),
  to: z.number(),
  missing: z
    .enum(['sampled_rows', 'outcomes'])
    .nullable()
    .describe(
      'Why nothing was searched: the reference was made without `sampledRows`, so no rows are kept, or fewer than 400 of those kept have an outcome that is final',
    ),
  trouble: z
    .enum(['wrong', 'large_error', 'poor_ranking'])
    .nullable()
    .describe('What is more frequent in the segments; of numbers and rankings the worst tenth of all'),
  threshold: z
    .number()
    .nullable()
    .describe('The error above which a number is among the worst tenth, in its unit; of a ranking 1 - NDCG'),
  rate: estimate.describe('Share in trouble of all sampled rows with outcomes'),
  falseDiscoveryRate: z.number().describe('Expected share of segments that are none among those confirmed, at most'),
  segments: z
    .array(
      z.object({
        sentence: z.string(),
        conditions: z.array(z.object({ signal: z.string(), text: z.string() })),
        share: z.number().describe('Of the rows'),
        found: estimate.describe(
          'Share in trouble in the half of the rows that was searched: too high, since it was picked',
        ),
        tested: estimate.describe('In the other half, which had no part in the search'),
        evidence: z
          .number()
          .describe('By what bets on the other half would have multiplied a stake; 1 and less: nothing (an e-value)'),
        confirmed: z.boolean(),
      }),
    )
    .describe('The loudest first; each next one was looked for outside of those before'),
  record: z
    .object({
      periodMs: z.number(),
      periods: z.number().describe('Periods of event time that were searched'),
      tested: z.number().describe('Segments that were tested in them'),
      confirmed: z
        .array(z.object({ from: z.number(), to: z.number(), sentence: z.string() }))
        .describe('The latest first'),
    })
    .nullable()
    .describe(
      'What was confirmed in regular searches, each `auditPeriod` once: of all of these together at most `falseDiscoveryRate` are ' +
        'expected to be none, whoever looks how often; null where none is made',
    ),
});

/** `GET /v1/models/:model/usage?version=&segment=&from=&to=`; default: the champion's latest 48 windows */
export const usageReport = z.object({
  model: z.string(),
  version: z.string(),
  segment,
  windows: z.array(reportWindow),
  failed: z
    .object({
      all: estimate.nullable(),
      reference: estimate.nullable(),
      windows: z.array(estimate),
    })
    .describe('Share of the calls that failed'),
  amounts: z
    .array(
      z.object({
        signal: z.string().describe('`feature:cost_usd`, `feature:input_tokens`, `latency` (milliseconds), ...'),
        all: amount.nullable().describe('Over all windows; null where no call said'),
        reference: amount.nullable(),
        windows: z.array(amount.nullable()),
      }),
    )
    .describe('What is recorded of the calls of a language model, and latency'),
});

export type DataQualityReport = z.infer<typeof dataQualityReport>;
export type DriftReport = z.infer<typeof driftReport>;
export type Distribution = z.infer<typeof distribution>;
export type FairnessReport = z.infer<typeof fairnessReport>;
export type PerformanceReport = z.infer<typeof performanceReport>;
export type UsageReport = z.infer<typeof usageReport>;
export type WeakSegmentReport = z.infer<typeof weakSegmentReport>;
