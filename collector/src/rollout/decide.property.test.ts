import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Actor } from './actor.ts';
import { apply } from './apply.ts';
import type { Command, DecisionContext, Intent, RolloutEvent } from './command.ts';
import { decide } from './decide.ts';
import type { GateName, GateResult } from './gate.ts';
import { refusalReasons } from './reasons.ts';
import { emptyState, type RolloutState, routingDocument, trafficWeights, unknownSpec } from './state.ts';
import { ada, grace, person } from './testing/actors.ts';

/** Random lives of a model: any command, by anybody, at any time, with gates that pass or do not. */

const machine: Actor = { subject: 'token:ci', name: 'ci', role: null, scopes: ['control'], human: false };
const actors = fc.constantFrom(ada, grace, person('olu'), machine);
const versions = fc.constantFrom('1', '2', '3', '__proto__');
const digests = fc.constantFrom('a', 'b').map((digit) => `sha256:${digit.repeat(64)}`);
const weights = fc.option(fc.integer({ min: 1, max: 10_000 }), { nil: null });
const approvalIds = fc.constantFrom('ap_0', 'ap_1', 'ap_2', 'ap_3');

type Step = {
  readonly intent: Intent;
  readonly actor: Actor;
  readonly requestId: string | null;
  readonly stale: boolean;
  readonly minutes: number;
  readonly gatesPass: boolean;
  readonly isHealthy: boolean;
  readonly isFrozen: boolean;
  /** Whether the intent is what somebody would do next, and which of those. */
  readonly sensible: number | null;
};

const intents: fc.Arbitrary<Intent> = fc.oneof(
  fc.record({
    kind: fc.constant('register' as const),
    version: versions,
    spec: digests.map((digest) => ({ ...unknownSpec, digest })),
    source: fc.constant('api'),
  }),
  fc.record({ kind: fc.constant('observe' as const), version: versions }),
  fc.record({
    kind: fc.constant('recordEvaluation' as const),
    version: versions,
    evaluationId: fc.constant('ev'),
    champion: fc.option(versions, { nil: null }),
    verdict: fc.constantFrom(
      'pass' as const,
      'pass' as const,
      'fail' as const,
      'inconclusive' as const,
      'error' as const,
    ),
  }),
  fc.record({
    kind: fc.constant('startShadow' as const),
    version: versions,
    sampleBasisPoints: fc.integer({ min: 1, max: 10_000 }),
    rolloutId: fc.uuid(),
    salt: fc.uuid(),
    from: fc.constant(0),
  }),
  fc.record({
    kind: fc.constant('startCanary' as const),
    version: versions,
    weightBasisPoints: weights,
    rolloutId: fc.uuid(),
    salt: fc.uuid(),
    from: fc.constant(0),
  }),
  fc.record({ kind: fc.constant('advance' as const), weightBasisPoints: weights, from: fc.constant(0) }),
  fc.record({
    kind: fc.constantFrom('markReady' as const, 'pause' as const, 'resume' as const, 'expirePromotion' as const),
  }),
  fc.record({
    kind: fc.constant('promote' as const),
    version: versions,
    approvalId: approvalIds,
    from: fc.constant(0),
  }),
  fc.record({ kind: fc.constant('approve' as const), approvalId: approvalIds, from: fc.constant(0) }),
  fc.record({ kind: fc.constant('deny' as const), approvalId: approvalIds }),
  fc.record({
    kind: fc.constant('rollBack' as const),
    to: fc.option(versions, { nil: null }),
    cause: fc.constantFrom(null, 'POST_PROMOTION' as const),
  }),
  fc.record({
    kind: fc.constantFrom('retire' as const, 'quarantine' as const),
    version: versions,
    cause: fc.constantFrom(null, 'DIGEST_MISMATCH' as const),
  }),
  fc.record({ kind: fc.constantFrom('reject' as const, 'release' as const, 'dequeue' as const), version: versions }),
  fc.record({ kind: fc.constantFrom('endWatch' as const, 'closeBreakGlass' as const) }),
  fc.record({ kind: fc.constant('breakGlass' as const), forMs: fc.integer({ min: 60_000, max: 4_000_000 }) }),
  fc.record({
    kind: fc.constant('startQueued' as const),
    rolloutId: fc.uuid(),
    salt: fc.uuid(),
    from: fc.constant(0),
  }),
);

/** Steps that lead somewhere often enough: the usual life of a version, with anything in between. */
const lives: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    intent: intents,
    actor: actors,
    requestId: fc.option(fc.integer({ min: 1, max: 40 }).map(String), { nil: null }),
    stale: fc.nat({ max: 19 }).map((n) => n === 0),
    minutes: fc.nat({ max: 40 }).map((n) => (n === 0 ? 1_500 : n)),
    gatesPass: fc.nat({ max: 4 }).map((n) => n > 0),
    isHealthy: fc.nat({ max: 4 }).map((n) => n > 0),
    isFrozen: fc.nat({ max: 7 }).map((n) => n === 0),
    sensible: fc.option(fc.nat({ max: 14 }), { nil: null, freq: 3 }),
  }),
  { minLength: 1, maxLength: 60, size: 'max' },
);

const policies = ['refuse', 'supersede', 'queue'] as const;

const canaryGates: readonly GateName[] = ['canary_error_rate', 'inference_error_rate'];
const shadowGates: readonly GateName[] = ['shadow_divergence'];

function contextOf(step: Step, now: number, approvals: number, newVersion: (typeof policies)[number]): DecisionContext {
  const gates = [...canaryGates, ...shadowGates].map(
    (gate): GateResult => ({
      gate,
      verdict: step.gatesPass ? 'pass' : 'inconclusive',
      code: step.gatesPass ? 'NO_HARM_SEEN' : 'TOO_FEW_ROWS',
      reason: '',
      numbers: {},
      at: now,
    }),
  );
  const everything = ['__proto__', ...Array.from({ length: 80 }, (_, version) => String(version))];
  const unhealthy = new Map(step.isHealthy ? [] : everything.map((version) => [version, 'gone']));
  return {
    now,
    canarySteps: [1_000, 5_000],
    approvals,
    approvalLifetimeMs: 86_400_000,
    canaryGates,
    shadowGates,
    gates,
    gatesFrom: now,
    newVersion,
    frozen: step.isFrozen ? 'holidays' : null,
    watchMs: 86_400_000,
    breakGlassLimitMs: 3_600_000,
    policy: 'sha256:policy',
    unhealthy,
  };
}

interface Life {
  readonly state: RolloutState;
  readonly events: readonly RolloutEvent[];
  readonly command: Command;
  readonly before: RolloutState;
  readonly context: DecisionContext;
}

/** Each step a life takes: the state before and after, and the events between. Refusals leave everything as it was. */
function live(steps: readonly Step[], approvals: number, newVersion: (typeof policies)[number]): Life[] {
  let state = emptyState('credit-risk', 'production');
  let now = 0;
  const lived: Life[] = [];
  for (const step of steps) {
    now += step.minutes * 60_000;
    const intent = step.sensible === null ? step.intent : sensibleIntent(state, step.sensible);
    const command: Command = {
      ...intent,
      actor: step.actor,
      reason: 'because',
      requestId: step.requestId,
      expectedRevision: step.stale ? state.revision - 1 : step.actor.human ? state.revision : null,
    };
    const context = contextOf(step, now, approvals, newVersion);
    const decision = decide(state, command, context);
    if ('refusal' in decision) {
      expect(Object.keys(refusalReasons)).toContain(decision.refusal.reason);
      expect(decision.refusal.message.length).toBeGreaterThan(10);
      continue;
    }
    const before = state;
    state = decision.events.reduce(apply, state);
    lived.push({ state, events: decision.events, command, before, context });
  }
  return lived;
}

/** What somebody would do next: most lives would otherwise end in refusals. */
function sensibleIntent(state: RolloutState, choice: number): Intent {
  const { champion, rollout, promotion } = state;
  const ids = { rolloutId: `rollout-${state.revision}`, salt: `salt-${state.revision}`, from: 0 };
  const approvalId = `ap-${state.revision}`;
  const options: Intent[] = [];
  if (promotion !== null) {
    options.push(
      { kind: 'approve', approvalId: promotion.approvalId, from: 0 },
      { kind: 'approve', approvalId: promotion.approvalId, from: 0 },
    );
  }
  if (rollout !== null) {
    options.push(
      { kind: 'advance', weightBasisPoints: null, from: 0 },
      { kind: 'advance', weightBasisPoints: null, from: 0 },
    );
    options.push({ kind: 'startCanary', version: rollout.version, weightBasisPoints: null, ...ids });
    options.push({ kind: 'promote', version: rollout.version, approvalId, from: 0 }, { kind: 'markReady' });
  }
  const waiting = state.versions.find(({ state: stage, spec: { digest } }) => stage === 'registered' && digest !== '');
  const ready = state.versions.find(
    ({ state: stage, evaluation }) => stage === 'evaluated' && evaluation?.champion === champion,
  );
  if (waiting !== undefined) {
    const { version } = waiting;
    options.push({ kind: 'recordEvaluation', version, evaluationId: 'ev', champion, verdict: 'pass' });
    if (champion === null) options.push({ kind: 'promote', version, approvalId, from: 0 });
  }
  if (ready !== undefined) {
    options.push({ kind: 'startShadow', version: ready.version, sampleBasisPoints: 10_000, ...ids });
    options.push({ kind: 'startCanary', version: ready.version, weightBasisPoints: null, ...ids });
  }
  if (state.queue.length > 0 && rollout === null) options.push({ kind: 'startQueued', ...ids });
  if (champion !== null && choice > 12) options.push({ kind: 'rollBack', to: null, cause: null });
  if (champion !== null && choice > 11) options.push({ kind: 'rollBack', to: null, cause: 'POST_PROMOTION' });
  if (choice > 13) options.push({ kind: 'breakGlass', forMs: 3_600_000 });
  const next = String(state.versions.length + 1);
  options.push({
    kind: 'register',
    version: next,
    spec: { ...unknownSpec, digest: `sha256:${next.padStart(64, '0')}` },
    source: 'api',
  });
  // The list is never empty.
  return options[choice % options.length] as Intent;
}

function eachStep(check: (life: Life) => void, approvals = 2): void {
  fc.assert(
    fc.property(lives, fc.constantFrom(...policies), (steps, newVersion) => {
      for (const life of live(steps, approvals, newVersion)) check(life);
    }),
    { numRuns: 60 },
  );
}

describe('whatever happens to a model', () => {
  test('random lives reach every kind of event', () => {
    const seen = new Set<string>();
    for (const steps of fc.sample(lives, { numRuns: 800, seed: 3 })) {
      for (const policy of policies) {
        for (const { events } of live(steps, 2, policy)) for (const { kind } of events) seen.add(kind);
      }
    }
    expect([...seen].toSorted()).toEqual(
      [
        ...['breakGlassClosed', 'breakGlassOpened', 'canaryAdvanced', 'canaryStarted', 'championRolledBack'],
        ...['dequeued', 'evaluated', 'observed', 'paused', 'promoted', 'queued', 'rollBackBlocked'],
        ...['promotionApproved', 'promotionDenied', 'promotionExpired', 'promotionRequested', 'promotionVoided'],
        ...['quarantined', 'ready', 'registered', 'rejected', 'released', 'resumed', 'retired', 'rolledBack'],
        ...['shadowStarted', 'watchEnded'],
      ].toSorted(),
    );
  });

  test('there is at most one champion, and exactly one after the first promotion', () => {
    eachStep(({ state, before }) => {
      const champions = state.versions.filter((record) => record.state === 'champion').map(({ version }) => version);
      expect(champions).toEqual(state.champion === null ? [] : [state.champion]);
      if (before.champion !== null) expect(state.champion).not.toBeNull();
    });
  });

  test('the served traffic sums to all of it, between the champion and one canary at most', () => {
    eachStep(({ state }) => {
      if (state.champion === null) return expect(trafficWeights(state)).toEqual({});
      const shares = Object.values(trafficWeights(state));
      expect(shares.reduce((sum, share) => sum + share, 0)).toBe(10_000);
      expect(shares.every((share) => share >= 0)).toBe(true);
    });
  });

  test('one version at most is on its way, in the state its rollout says', () => {
    eachStep(({ state }) => {
      const onTheirWay = state.versions.filter(({ state: stage }) => stage === 'shadow' || stage === 'canary');
      expect(onTheirWay.map(({ version, state: stage }) => ({ version, stage }))).toEqual(
        state.rollout === null ? [] : [{ version: state.rollout.version, stage: state.rollout.stage }],
      );
    });
  });

  test('nothing without a registered artefact serves or shadows', () => {
    eachStep(({ state }) => {
      const { champion, canary, shadow } = routingDocument(state);
      for (const routed of [champion, canary, shadow]) {
        if (routed !== null) expect(routed.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
      }
    });
  });

  test('a promotion takes two different people, and never a machine, outside an emergency', () => {
    const people = new Map<string, Set<string>>();
    eachStep(({ events, command, before }) => {
      for (const event of events) {
        if (event.kind === 'promotionRequested') {
          people.set(event.approvalId, new Set(command.actor.human ? [event.actor] : []));
        }
        if (event.kind === 'promotionApproved') {
          expect(command.actor.human).toBe(true);
          people.get(event.approvalId)?.add(event.actor);
        }
        if (event.kind === 'promoted' && event.breakGlass === true) {
          expect(before.breakGlass).toMatchObject({ by: event.actor, closedAt: null });
          expect(before.breakGlass?.expiresAt).toBeGreaterThan(event.at);
          expect(command.actor.human).toBe(true);
        } else if (event.kind === 'promoted') {
          expect(people.get(before.promotion?.approvalId ?? '')?.size).toBe(2);
        }
      }
    });
  });

  test('a promotion goes through passed gates and outside freeze windows, except the first and in an emergency', () => {
    eachStep(({ events, before, context }) => {
      const promoted = events.find(({ kind }) => kind === 'promoted');
      if (promoted === undefined || before.champion === null || promoted.breakGlass === true) return;
      expect(context.frozen).toBeNull();
      expect(context.gates.every(({ verdict }) => verdict === 'pass')).toBe(true);
      expect(before.rollout).toMatchObject({ version: promoted.version, stage: 'canary' });
      expect(before.rollout?.weightBasisPoints).toBeGreaterThanOrEqual(5_000);
    });
  });

  test('going back takes one actor and no gate', () => {
    eachStep(({ state, context }) => {
      if (state.rollout === null) return;
      const closedGates = context.gates.map(
        (gate): GateResult => ({ ...gate, verdict: 'error', code: 'MISSING_DATA' }),
      );
      const command: Command = {
        kind: 'rollBack',
        to: null,
        cause: null,
        actor: machine,
        reason: 'now',
        requestId: null,
        expectedRevision: state.revision,
      };
      const decision = decide(state, command, { ...context, gates: closedGates, unhealthy: new Map() });
      expect(decision).toMatchObject({
        events: [{ kind: 'rolledBack', version: state.rollout.version }, ...ignored(decision)],
      });
    });
  });

  test('nothing gets more traffic in a freeze window, except in an emergency; all that takes traffic away goes on', () => {
    eachStep(({ state, before, events, context }) => {
      if (context.frozen === null || events.some(({ breakGlass }) => breakGlass)) return;
      const gives = ['shadowStarted', 'canaryStarted', 'canaryAdvanced', 'promoted'];
      expect(events.filter(({ kind }) => gives.includes(kind))).toEqual([]);
      const shares = trafficWeights(state);
      for (const [version, share] of Object.entries(trafficWeights(before))) {
        if (version !== before.champion && version !== state.champion)
          expect(shares[version] ?? 0).toBeLessThanOrEqual(share);
      }
    });
  });

  test('what is done in an emergency is on its record, and on every event of it', () => {
    eachStep(({ state, before, events }) => {
      for (const event of events) {
        if (event.breakGlass !== true) continue;
        expect(event.actor).toBe(before.breakGlass?.by);
        if (event.kind !== 'breakGlassClosed') {
          expect(state.breakGlass?.used).toContain(`${event.kind} ${event.version}`);
        }
      }
    });
  });

  test('nobody reviews their own emergency', () => {
    eachStep(({ state }) => {
      if (state.breakGlass?.reviewedBy != null) expect(state.breakGlass.reviewedBy).not.toBe(state.breakGlass.by);
    });
  });

  test('a newer version starts from the champion, never from the half-way canary', () => {
    eachStep(({ state, before, events }) => {
      const started = events.find(({ kind }) => kind === 'shadowStarted' || kind === 'canaryStarted');
      if (started === undefined || before.rollout === null || before.rollout.version === started.version) return;
      expect(events[0]).toMatchObject({ kind: 'rolledBack', cause: 'SUPERSEDED', version: before.rollout.version });
      expect(state.rollout?.id).not.toBe(before.rollout.id);
      expect(state.champion).toBe(before.champion);
    });
  });

  test('a version waits in the queue once, and none that serves or is out of service does', () => {
    eachStep(({ state }) => {
      const waiting = state.queue.map(({ version }) => version);
      expect(new Set(waiting).size).toBe(waiting.length);
      for (const version of waiting) {
        expect(state.rollout?.version).not.toBe(version);
        const stage = state.versions.find((record) => record.version === version)?.state;
        expect(['rejected', 'retired', 'quarantined']).not.toContain(stage);
      }
    });
  });

  test('guards watch the champion that was promoted last, and nobody else', () => {
    eachStep(({ state }) => {
      if (state.watch === null) return;
      expect(state.watch.version).toBe(state.champion);
      expect(state.watch.until).toBeGreaterThan(state.watch.from);
    });
  });

  test('a retired version stays retired', () => {
    eachStep(({ state, before }) => {
      for (const { version, state: stage } of before.versions) {
        if (stage !== 'retired') continue;
        expect(state.versions.find((record) => record.version === version)?.state).toBe('retired');
      }
    });
  });

  test('a champion goes back only to a healthy former champion', () => {
    eachStep(({ events, before, context }) => {
      for (const event of events) {
        if (event.kind !== 'championRolledBack') continue;
        expect(before.versions.find(({ version }) => version === event.to)?.state).toBe('superseded');
        expect(context.unhealthy.has(event.to)).toBe(false);
      }
    });
  });

  test('a stale revision is refused', () => {
    eachStep(({ state, command, context }) => {
      const stale = { ...command, requestId: null, expectedRevision: state.revision + 1 };
      expect(decide(state, stale, context)).toMatchObject({ refusal: { reason: 'STALE_REVISION' } });
    });
  });

  test('the same request again changes nothing, even at the revision it first had', () => {
    eachStep(({ state, command, context, events }) => {
      if (command.requestId === null || events.length === 0) return;
      expect(decide(state, command, context)).toEqual({ events: [] });
    });
  });

  test('every change of a state of a version is in an event with actor, time and reason', () => {
    eachStep(({ state, before, events }) => {
      if (events.length === 0) expect(state).toBe(before);
      for (const event of events) {
        expect(event).toMatchObject({ actor: expect.stringMatching(/^(user|token):/), reason: 'because' });
        expect(event.at).toBeGreaterThanOrEqual(0);
      }
      for (const { version, state: stage, history } of state.versions) {
        const earlier = before.versions.find((record) => record.version === version);
        if (earlier?.state === stage) continue;
        expect(history[0]).toMatchObject({ to: stage, from: earlier?.state ?? null });
        expect(history.length).toBeGreaterThan(earlier?.history.length ?? 0);
      }
    });
  });

  test('the routing revision grows when what serves changes, and only then', () => {
    eachStep(({ state, before }) => {
      const served = ({ champion, canary, shadow, salt }: ReturnType<typeof routingDocument>) =>
        JSON.stringify([champion, canary, shadow, salt]);
      const changed = served(routingDocument(state)) !== served(routingDocument(before));
      if (changed) expect(state.routingRevision).toBeGreaterThan(before.routingRevision);
      else expect(state.routingRevision - before.routingRevision).toBe(0);
      expect(state.revision).toBe(before.revision + (state === before ? 0 : state.revision - before.revision));
    });
  });

  test('buckets stay the same through all steps of a rollout', () => {
    eachStep(({ state, before }) => {
      if (state.rollout !== null && state.rollout.id === before.rollout?.id) expect(state.salt).toBe(before.salt);
    });
  });

  test('a canary only grows within its rollout', () => {
    eachStep(({ state, before }) => {
      if (state.rollout === null || state.rollout.id !== before.rollout?.id) return;
      expect(state.rollout.weightBasisPoints).toBeGreaterThanOrEqual(before.rollout.weightBasisPoints);
    });
  });

  test('an approval is void once what serves has changed', () => {
    eachStep(({ state, before }) => {
      if (before.promotion === null || state.promotion === null) return;
      if (state.promotion.approvalId === before.promotion.approvalId) {
        expect(state.routingRevision).toBe(before.routingRevision);
      }
    });
  });

  test('a rejected version never serves again, and one in quarantine begins anew once it is released', () => {
    eachStep(({ state, before, events }) => {
      for (const { version, state: stage } of before.versions) {
        if (stage !== 'quarantined' && stage !== 'rejected') continue;
        const record = state.versions.find((candidate) => candidate.version === version);
        const released = events.some((event) => event.kind === 'released' && event.version === version);
        if (released) expect(record).toMatchObject({ state: 'registered', evaluation: null });
        else expect(['quarantined', 'rejected', 'retired']).toContain(record?.state);
      }
    });
  });

  test('a state survives its trip through the store', () => {
    eachStep(({ state }) => {
      expect(JSON.parse(JSON.stringify(state))).toEqual(state);
    });
  });
});

/** A roll-back may void an approval as well. */
function ignored(decision: ReturnType<typeof decide>): unknown[] {
  return 'events' in decision
    ? decision.events.slice(1).map(() => expect.objectContaining({ kind: 'promotionVoided' }))
    : [];
}
