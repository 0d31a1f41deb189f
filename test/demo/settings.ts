import type { SettingsInput } from '../stack/stack.ts';
import { outcomeLabels } from './history.ts';
import { recordedFeatures } from './population.ts';

export const demoModel = 'credit-risk';
export const demoEnvironment = 'production';

/** Event time runs faster than the clock: this much of it passes between two applications. */
export const eventStepMs = 6_000;
/** Event time of the first applicant, milliseconds since 1970-01-01 UTC. */
export const firstEventAt = Date.UTC(2026, 0, 5);

/** Secrets of one run; made anew each time, known to the launcher and to who needs them. */
export interface DemoSecrets {
  readonly grafanaToken: string;
  readonly trainerToken: string;
  readonly bankToken: string;
  readonly webhookSecret: string;
}

export interface DemoAddresses {
  readonly issuer: string;
  readonly keysUrl: string;
  readonly trainerUrl: string;
}

export function demoSettings(secrets: DemoSecrets, addresses: DemoAddresses): SettingsInput {
  return {
    collector: {
      commitEvery: '200ms',
      identity: {
        tokens: [
          { name: 'grafana', secret: secrets.grafanaToken, scopes: ['proxy'] },
          {
            name: 'trainer',
            secret: secrets.trainerToken,
            scopes: ['read', 'artefacts:write', 'versions:register', 'control'],
          },
          { name: 'bank', secret: secrets.bankToken, scopes: ['read'] },
        ],
        grafana: { issuer: addresses.issuer, keysUrl: addresses.keysUrl },
      },
    },
    // At most one false page in 30 days of event time, over everything that is watched.
    budget: { mode: 'calendar', hours: 720 },
    webhooks: [
      {
        name: 'trainer',
        url: `${addresses.trainerUrl}/retrain`,
        secret: secrets.webhookSecret,
        events: ['model.retrain.requested'],
        allowPrivateAddresses: true,
      },
    ],
    models: [
      {
        name: demoModel,
        environment: demoEnvironment,
        task: 'binary_classification',
        positive: outcomeLabels.repaid,
        favourable: outcomeLabels.repaid,
        owner: 'lending team',
        runbook: 'https://example.test/runbooks/credit-risk',
        features: recordedFeatures.map((feature) => ({ ...feature })),
        groups: [{ attribute: 'sex', reference: 'male' }],
        window: '1h',
        lateness: '5m',
        outcomeDelay: '4h',
        // The people are made up: their features may be kept.
        sampledRows: 500,
        // Who repays is known after as long as who does not.
        calibration: 'watched',
        retrain: {
          on: ['drift', 'performance', 'fairness'],
          approval: 'automatic',
          consecutiveWindows: 6,
          minimumLabelledRows: 2_000,
          // Longer than the story, in event time: alerts fire on until outcomes of the successor have come, and the version
          // of a second retrain would take the number of the next one in the story.
          cooldown: '7d',
        },
        rollout: {
          canarySteps: [2_500, 5_000],
          approvals: 2,
          gates: {
            // Some 600 held-out rows tell two models apart by about three points, and by six in a group.
            offlineMargin: 0.03,
            worstGroupMargin: 0.06,
            shadowRows: 600,
            // After a reform a good successor decides differently from a model that no longer fits.
            shadowDisagreement: 0.35,
            canaryRows: 300,
          },
        },
      },
    ],
  };
}
