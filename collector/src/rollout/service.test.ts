import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { versionList } from '../http/api.ts';
import { readAudit, verifyAudit } from '../store/audit.ts';
import { jsonCollection } from '../store/port.ts';
import { trafficWeights } from './state.ts';
import { ada, grace, trainer } from './testing/actors.ts';
import { openWorld, world } from './testing/world.ts';

const kinds = () => world.happened.map(({ kind }) => kind);
const audit = () => world.store.read((transaction) => readAudit(transaction, 0, 1_000));

describe('the first champion', () => {
  test('takes the people the settings name, and no gate', async () => {
    await openWorld();
    const digest = await world.register('1');
    const asked = await world.act(ada, { verb: 'promote', version: '1' });
    expect(asked).toMatchObject({
      outcome: 'awaiting_approval',
      approval: { state: 'pending', target: '1', needed: 2, approvedBy: ['user:ada'], revision: 1 },
    });
    expect(await world.routing()).toBeUndefined();
    const granted = await world.decide(grace, asked.approval?.id ?? '');
    expect(granted).toMatchObject({
      outcome: 'done',
      text: 'The promotion of version 1 is approved. Version 1 is champion',
      approval: { state: 'granted', approvedBy: ['user:ada', 'user:grace'] },
    });
    expect(await world.routing()).toMatchObject({
      schema: 1,
      revision: 1,
      champion: { version: '1', digest },
      canary: null,
      shadow: null,
      salt: expect.stringMatching(/./),
    });
  });

  test('takes nobody else where one is enough, and a machine where none is asked for', async () => {
    await openWorld({ rollout: { approvals: 1 } });
    await world.register('1');
    expect(await world.act(ada, { verb: 'promote', version: '1' })).toMatchObject({ outcome: 'done', approval: null });
    await openWorld({ rollout: { approvals: 0 } });
    await world.register('1');
    expect(await world.act(trainer, { verb: 'promote', version: '1' })).toMatchObject({ outcome: 'done' });
  });

  test('is not a version that was only seen in events', async () => {
    await openWorld();
    await world.hour();
    expect(await world.version('1')).toMatchObject({ state: 'registered', digest: '', source: 'events' });
    await expect(world.act(ada, { verb: 'promote', version: '1' })).rejects.toMatchObject({
      code: 'REFUSED',
      details: { reason: 'NO_ARTEFACT' },
    });
    await world.register('1');
    expect((await world.promote('1')).outcome).toBe('done');
  });
});

describe('a good candidate', () => {
  test('goes from evaluation through shadow and every canary step to champion', async () => {
    await openWorld();
    await world.withCandidate();
    expect(await world.version('2')).toMatchObject({
      state: 'evaluated',
      evaluation: { champion: '1', rows: 800 },
      gates: [
        { gate: 'offline_performance', verdict: 'pass' },
        { gate: 'offline_calibration', verdict: 'pass' },
      ],
    });

    await world.act(ada, { verb: 'shadow', version: '2', sampleBasisPoints: 10_000 });
    const salt = (await world.routing())?.salt;
    expect(await world.routing()).toMatchObject({ shadow: { version: '2', sampleBasisPoints: 10_000 }, canary: null });
    await world.hours(3);
    expect(await world.stateOf('2')).toBe('canary');
    expect(await world.gatesOf('2')).toMatchObject({
      shadow_divergence: 'pass AGREES',
      inference_error_rate: expect.stringMatching(/^pass/),
    });
    const weights = [trafficWeights(await world.state())['2']];
    for (let hour = 0; hour < 12 && !kinds().includes('ready'); hour++) {
      await world.hour();
      weights.push(trafficWeights(await world.state())['2']);
      expect((await world.routing())?.salt).toBe(salt);
    }
    expect([...new Set(weights)]).toEqual([2_000, 5_000]);
    expect(kinds()).toEqual(['canaryStarted', 'canaryAdvanced', 'ready']);
    expect(await world.gatesOf('2')).toMatchObject({
      canary_error_rate: expect.stringMatching(/^pass (NO_HARM_SEEN|NOT_WORSE)/),
      inference_error_rate: expect.stringMatching(/^pass/),
      latency_ratio: 'pass WITHIN_LIMIT',
      ready_to_promote: 'pass READY',
    });

    expect((await world.promote('2')).outcome).toBe('done');
    expect(await world.routing()).toMatchObject({ champion: { version: '2' }, canary: null, shadow: null });
    expect([await world.stateOf('1'), await world.stateOf('2')]).toEqual(['superseded', 'champion']);
    expect((await world.version('2')).history.map(({ from, to }) => `${from} ${to}`)).toEqual([
      'canary champion',
      'shadow canary',
      'evaluated shadow',
      'registered evaluated',
      'null registered',
    ]);
    expect((await world.view()).rollBackTarget).toEqual({ version: '1', healthy: true, reason: expect.any(String) });
  });

  test('leaves an audit record and an outgoing event for every change, with every number that decided', async () => {
    await openWorld();
    await world.withReadyCanary();
    await world.promote('2');
    const records = await audit();
    expect(await world.store.read((transaction) => verifyAudit(transaction))).toMatchObject({ ok: true });
    const actions = records.map(({ action }) => action).filter((action) => !action.startsWith('reference.'));
    expect(world.outgoing.map(({ type }) => type)).toEqual(actions.map((action) => `model.${action}`));
    expect(actions.slice(-4)).toEqual([
      'rollout.ready_to_promote',
      'promotion.requested',
      'promotion.approved',
      'version.promoted',
    ]);
    expect(records.at(-1)).toMatchObject({
      actor: 'user:grace',
      target: 'model/production/credit',
      reason: 'looked at it',
      before: { champion: '1', state: 'canary', traffic: { 1: 5_000, 2: 5_000 } },
      after: { champion: '2', state: 'champion', traffic: { 2: 10_000 } },
    });
    const decidedBy = z
      .object({ gates: z.array(z.object({ gate: z.string(), numbers: z.record(z.string(), z.number().nullable()) })) })
      .parse(records.at(-1)?.after).gates;
    const errors = decidedBy.find(({ gate }) => gate === 'canary_error_rate')?.numbers;
    expect(errors?.canaryRows).toBeGreaterThan(100);
    expect(errors?.harmEvidencePeakLog).toBeLessThan(errors?.harmLevelLog ?? 0);
  });

  test('is shown as the API promises', async () => {
    await openWorld();
    await world.withReadyCanary();
    await world.act(ada, { verb: 'promote', version: '2' });
    const body = { model: 'credit', observed: [], instances: [], ...(await world.view()) };
    expect(versionList.parse(body)).toMatchObject({
      routing: { champion: '1', canary: { version: '2', weightBasisPoints: 5_000 } },
      versions: [{ version: '2' }, { version: '1' }],
      approvals: [
        { state: 'pending', target: '2' },
        { state: 'granted', target: '1' },
      ],
      paused: null,
    });
  });

  test('waits without labels: no data is never a pass', async () => {
    await openWorld();
    await world.withCanary();
    await world.hours(8, { labelled: false });
    expect(await world.stateOf('2')).toBe('canary');
    expect(trafficWeights(await world.state())['2']).toBe(2_000);
    expect((await world.gatesOf('2')).canary_error_rate).toMatch(/^inconclusive/);
    await expect(world.act(ada, { verb: 'promote', version: '2' })).rejects.toMatchObject({
      details: { reason: 'NOT_AT_LAST_STEP' },
    });
    await expect(world.act(ada, { verb: 'canary', version: '2', weightBasisPoints: 5_000 })).rejects.toMatchObject({
      details: { reason: 'GATES_NOT_PASSED' },
    });
  });

  test('stays where it is while paused, and goes on afterwards', async () => {
    await openWorld();
    await world.withCanary();
    await world.act(ada, { verb: 'pause' });
    expect((await world.view()).paused).toMatchObject({ by: 'user:ada', reason: 'because I say so' });
    await world.hours(8);
    expect(trafficWeights(await world.state())['2']).toBe(2_000);
    expect((await world.gatesOf('2')).canary_error_rate).toMatch(/^pass/);
    await world.act(ada, { verb: 'resume' });
    await world.hours(1);
    expect(trafficWeights(await world.state())['2']).toBe(5_000);
  });

  test('moves by hand where nothing moves by itself', async () => {
    await openWorld({ rollout: { autoAdvance: false } });
    await world.withShadow();
    await world.hours(4);
    expect(await world.stateOf('2')).toBe('shadow');
    await world.act(ada, { verb: 'canary', version: '2' });
    await world.hours(5);
    expect(trafficWeights(await world.state())['2']).toBe(2_000);
    await world.act(ada, { verb: 'canary', version: '2', weightBasisPoints: 5_000 });
    await world.hours(5);
    expect((await world.gatesOf('2')).ready_to_promote).toBe('pass READY');
    await world.promote('2');
    expect((await world.state()).champion).toBe('2');
  });

  test('must prove the margin where that is demanded', async () => {
    await openWorld({
      rollout: { gates: { canaryRows: 50, shadowRows: 50, canaryErrorMargin: 0.01, canaryPass: 'proven' } },
    });
    await world.withCanary();
    await world.hours(6);
    expect((await world.gatesOf('2')).canary_error_rate).toBe('inconclusive NOT_SHOWN');
    expect(trafficWeights(await world.state())['2']).toBe(2_000);
  });
});

describe('a bad candidate', () => {
  test('is rejected by its evaluation', async () => {
    await openWorld();
    await world.withChampion(1);
    await world.register('2', 0.2);
    await world.service.evaluatePending();
    expect(await world.version('2')).toMatchObject({
      state: 'rejected',
      history: [{ to: 'rejected', actor: 'system:evaluation', reason: expect.stringContaining('error rate') }, {}],
    });
    await expect(world.act(ada, { verb: 'shadow', version: '2', sampleBasisPoints: 1 })).rejects.toMatchObject({
      code: 'REFUSED',
      details: { reason: 'WRONG_STATE' },
    });
  });

  test('is rolled back when its errors are higher, by the gate and with its numbers', async () => {
    await openWorld();
    await world.withCanary();
    await world.hours(10, { candidate: { errors: 0.35 } });
    expect(await world.stateOf('2')).toBe('rolled_back');
    expect(trafficWeights(await world.state())).toEqual({ 1: 10_000 });
    expect((await world.routing())?.canary).toBeNull();
    const [last] = (await world.version('2')).history;
    expect(last).toMatchObject({ from: 'canary', to: 'rolled_back', actor: 'system:gates' });
    expect(last?.reason).toMatch(
      /^canary_error_rate: \d+\.\d % wrong predictions against \d+\.\d % of the champion: worse by more than 2\.0 points/,
    );
  });

  test('is rolled back while it is paused', async () => {
    await openWorld();
    await world.withCanary();
    await world.act(ada, { verb: 'pause' });
    await world.hours(10, { candidate: { errors: 0.35 } });
    expect(await world.stateOf('2')).toBe('rolled_back');
  });

  test('is rolled back while it waits for approval, which is void then', async () => {
    await openWorld();
    await world.withReadyCanary();
    const { approval } = await world.act(ada, { verb: 'promote', version: '2' });
    await world.hours(10, { candidate: { errors: 0.5 } });
    expect(await world.stateOf('2')).toBe('rolled_back');
    expect((await world.view()).approvals[0]).toMatchObject({ id: approval?.id, state: 'void' });
    await expect(world.decide(grace, approval?.id ?? '')).rejects.toMatchObject({
      details: { reason: 'NO_PROMOTION' },
    });
  });

  test('is not rolled back because both get worse together', async () => {
    await openWorld();
    await world.withCanary();
    await world.hours(3, { champion: { errors: 0.1 }, candidate: { errors: 0.1 } });
    await world.hours(6, { champion: { errors: 0.4 }, candidate: { errors: 0.4 } });
    expect(await world.stateOf('2')).toBe('canary');
    expect(trafficWeights(await world.state())['2']).toBe(5_000);
  });

  test('is rolled back when its inferences fail', async () => {
    await openWorld();
    await world.withCanary();
    await world.hours(4, { candidate: { failures: 0.2 } });
    expect((await world.version('2')).history[0]?.reason).toMatch(/^inference_error_rate: .* failed inferences/);
  });

  test('is rolled back when it is slow', async () => {
    await openWorld();
    await world.withCanary();
    await world.hours(8, { candidate: { latencyMs: 60 } });
    expect((await world.version('2')).history[0]?.reason).toMatch(/^latency_ratio: 95 % of the canary's rows took/);
  });

  test('is rolled back from the shadow when it disagrees too often', async () => {
    await openWorld();
    await world.withShadow();
    await world.hours(3, { candidate: { disagreement: 0.6 } });
    expect((await world.version('2')).history[0]).toMatchObject({
      from: 'shadow',
      reason: expect.stringMatching(
        /^shadow_divergence: disagreed on \d+ of \d+ rows \(\d+\.\d %\), 25\.0 % is allowed/,
      ),
    });
  });

  test('stays, with its gate failed, where nobody is rolled back automatically', async () => {
    await openWorld({ rollout: { autoRollBack: false } });
    await world.withCanary();
    await world.hours(8, { candidate: { errors: 0.4 } });
    expect(await world.stateOf('2')).toBe('canary');
    expect((await world.gatesOf('2')).canary_error_rate).toBe('fail WORSE_THAN_ALLOWED');
    await world.hours(8, { candidate: { errors: 0 } });
    expect((await world.gatesOf('2')).canary_error_rate).toBe('fail WORSE_THAN_ALLOWED');
  });

  test('goes into quarantine when an instance loaded something else', async () => {
    await openWorld();
    await world.withCanary();
    world.instances = [{ instance: 'app-1', loaded: [{ version: '2', digest: `sha256:${'0'.repeat(64)}` }] }];
    await world.hours(2);
    expect(await world.stateOf('2')).toBe('quarantined');
    expect((await world.routing())?.canary).toBeNull();
    expect((await world.version('2')).history[0]?.reason).toMatch(
      /^integrity: instance app-1 loaded sha256:0+ as version 2/,
    );
  });

  test('does not grow before an instance has loaded it', async () => {
    await openWorld();
    await world.withCanary();
    world.instances = [{ instance: 'app-1', loaded: [] }];
    await world.hours(8);
    expect(trafficWeights(await world.state())['2']).toBe(2_000);
    expect((await world.gatesOf('2')).integrity).toBe('inconclusive NOT_LOADED');
    world.instances = [{ instance: 'app-1', loaded: [{ version: '2', digest: (await world.version('2')).digest }] }];
    await world.hours(2);
    expect(trafficWeights(await world.state())['2']).toBe(5_000);
  });
});

describe('a new champion', () => {
  const promoted = async (changes?: Record<string, unknown>) => {
    await openWorld(changes);
    await world.withReadyCanary();
    await world.promote('2');
  };

  test('is watched for the declared period, and stays when it does no harm', async () => {
    await promoted({ rollout: { watchAfterPromotion: '6h' } });
    expect((await world.view()).watch).toMatchObject({ version: '2', previous: '1', gates: [] });
    await world.hours(4);
    expect((await world.view()).watch?.gates.map(({ gate, verdict }) => `${gate} ${verdict}`)).toEqual([
      'post_promotion_errors pass',
      'post_promotion_failures pass',
      'post_promotion_latency pass',
    ]);
    await world.hours(5);
    expect((await world.view()).watch).toBeNull();
    expect(kinds().at(-1)).toBe('watchEnded');
    // Nobody is taken back automatically any more.
    await world.hours(4, { champion: { errors: 0.6 } });
    expect((await world.state()).champion).toBe('2');
  });

  test.each([
    ['errs more', { errors: 0.35 }, /^post_promotion_errors: \d+\.\d % wrong predictions since the promotion/],
    ['fails more', { failures: 0.2 }, /^post_promotion_failures: /],
    ['is slower', { latencyMs: 60 }, /^post_promotion_latency: \d+\.\d % rows slower than/],
  ])('that %s than its predecessor did goes back by itself', async (_, behaviour, reason) => {
    await promoted();
    await world.hours(6, { champion: behaviour });
    expect(await world.routing()).toMatchObject({ champion: { version: '1' }, canary: null });
    expect((await world.version('2')).history[0]).toMatchObject({
      from: 'champion',
      to: 'rolled_back',
      actor: 'system:gates',
      cause: 'POST_PROMOTION',
      reason: expect.stringMatching(reason),
    });
    const last = (await audit()).findLast(({ action }) => action === 'version.rolled_back');
    expect(last?.evidenceDigest).toMatch(/^sha256:[0-9a-f]{64}$/);
  });

  test('that does harm stays where nothing healthy is left to go back to, and people are called once', async () => {
    await promoted();
    const { rm } = await import('node:fs/promises');
    await rm(join(world.folder, 'artefacts', (await world.version('1')).digest.slice(7)));
    await world.hours(8, { champion: { errors: 0.5 } });
    expect((await world.state()).champion).toBe('2');
    expect(world.outgoing.filter(({ type }) => type === 'model.rollout.roll_back_blocked')).toHaveLength(1);
    expect((await world.view()).halted).toMatchObject({
      version: '2',
      to: '1',
      detail: expect.stringContaining('not healthy'),
    });
  });
});

describe('a canary without any gate', () => {
  test('is refused', async () => {
    const skip = ['canary_error_rate', 'inference_error_rate', 'latency_ratio', 'score_distribution'];
    await openWorld({ rollout: { gates: { skip: [...skip, 'observed_split', 'freshness'] } } });
    await world.withCandidate();
    await expect(world.act(ada, { verb: 'canary', version: '2' })).rejects.toMatchObject({
      details: { reason: 'NO_GATES' },
    });
  });
});

describe('going back', () => {
  test('from a rollout takes one person, and the champion serves everybody', async () => {
    await openWorld();
    await world.withCanary();
    expect(await world.act(ada, { verb: 'roll-back' })).toMatchObject({
      outcome: 'done',
      text: 'Version 2 is rolled back; the champion serves everybody',
    });
    expect(trafficWeights(await world.state())).toEqual({ 1: 10_000 });
  });

  test('from a champion makes the one before serve again', async () => {
    await openWorld();
    await world.withReadyCanary();
    await world.promote('2');
    const before = (await world.routing())?.revision ?? 0;
    await world.act(ada, { verb: 'roll-back' });
    expect(await world.routing()).toMatchObject({ revision: before + 1, champion: { version: '1' } });
    expect([await world.stateOf('1'), await world.stateOf('2')]).toEqual(['champion', 'rolled_back']);
    await expect(world.act(ada, { verb: 'roll-back' })).rejects.toMatchObject({
      details: { reason: 'NO_ROLL_BACK_TARGET' },
    });
  });

  test('is refused when the version to go back to is not there any more', async () => {
    await openWorld();
    await world.withReadyCanary();
    await world.promote('2');
    const artefacts = join(world.folder, 'artefacts');
    const digest = (await world.version('1')).digest.slice(7);
    const { rm } = await import('node:fs/promises');
    await rm(join(artefacts, digest));
    expect(await readdir(artefacts)).not.toContain(digest);
    expect((await world.view()).rollBackTarget).toMatchObject({ version: '1', healthy: false });
    await expect(world.act(ada, { verb: 'roll-back' })).rejects.toMatchObject({
      details: { reason: 'TARGET_UNHEALTHY' },
    });
    expect((await world.state()).champion).toBe('2');
  });
});

describe('a request', () => {
  test('at a stale revision is refused, and nothing changes', async () => {
    await openWorld();
    await world.withChampion(1);
    const before = await world.state();
    await expect(world.act(ada, { verb: 'roll-back' }, before.revision - 1)).rejects.toMatchObject({
      code: 'STALE_REVISION',
      details: { revision: before.revision },
    });
    expect(await world.state()).toEqual(before);
  });

  test('about an unknown version is refused', async () => {
    await openWorld();
    await expect(world.act(ada, { verb: 'canary', version: '9' })).rejects.toMatchObject({ code: 'UNKNOWN_VERSION' });
  });

  test('sent twice acts once', async () => {
    await openWorld();
    await world.register('1');
    const control = { expectedRevision: (await world.state()).revision, requestId: 'same' };
    const action = { verb: 'promote', version: '1', reason: 'first' } as const;
    const first = await world.service.act(ada, world.settings, action, control);
    const second = await world.service.act(ada, world.settings, action, control);
    expect([first.outcome, second.outcome]).toEqual(['awaiting_approval', 'unchanged']);
    expect(second.revision).toBe(first.revision);
    const approve = { decision: 'approve', reason: 'fine' } as const;
    const answer = { expectedRevision: 1, requestId: 'also the same' };
    await world.service.approve(grace, first.approval?.id ?? '', approve, answer);
    const again = await world.service.approve(grace, first.approval?.id ?? '', approve, answer);
    expect(again.outcome).toBe('unchanged');
    expect((await audit()).filter(({ action: name }) => name === 'version.promoted')).toHaveLength(1);
  });

  test('that crashes between any two writes leaves nothing behind', async () => {
    await openWorld();
    await world.withReadyCanary();
    const { approval } = await world.act(ada, { verb: 'promote', version: '2' });
    const everything = async () => ({
      state: await world.state(),
      routing: await world.routing(),
      view: await world.view(),
      audit: await audit(),
    });
    const before = await everything();
    // The approval writes two events; the power goes out before the first, before the second, and after both.
    for (const survived of [0, 1]) {
      let written = 0;
      world.beforeEvent = () => {
        if (written++ === survived) throw new Error('the power went out');
      };
      await expect(world.decide(grace, approval?.id ?? '')).rejects.toThrow('the power went out');
      expect(await everything()).toEqual(before);
    }
    world.beforeEvent = () => undefined;
    const notes = jsonCollection<string>('notes');
    const late = world.store.transaction(async (transaction) => {
      await transaction.put(notes, 'a', 'b');
      throw new Error('the power went out');
    });
    await expect(late).rejects.toThrow('the power went out');
    expect(await everything()).toEqual(before);
    expect((await world.decide(grace, approval?.id ?? '')).outcome).toBe('done');
    expect((await world.state()).champion).toBe('2');
  });
});
