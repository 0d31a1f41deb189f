import { describe, expect, test } from 'vitest';
import { readAudit } from '../store/audit.ts';
import { trafficWeights } from './state.ts';
import { ada, grace, trainer } from './testing/actors.ts';
import { openWorld, world } from './testing/world.ts';

/** What comes between the steps of a rollout: another version, a freeze, a wrong artefact, time, and people who decide. */

const audit = () => world.store.read((transaction) => readAudit(transaction, 0, 1_000));

describe('a version that starts while another one is on its way', () => {
  const second = async (newVersion: string) => {
    await openWorld({ rollout: { newVersion } });
    await world.withCanary();
    await world.register('3', 0.97);
    await world.service.evaluatePending();
  };

  test('is refused where the settings say so', async () => {
    await second('refuse');
    await expect(world.act(ada, { verb: 'canary', version: '3' })).rejects.toMatchObject({
      details: { reason: 'ROLLOUT_ACTIVE' },
    });
  });

  test('takes its place from its own first step', async () => {
    await second('supersede');
    await world.hours(6);
    const earlier = await world.state();
    expect(earlier.rollout?.weightBasisPoints).toBe(5_000);
    await world.act(ada, { verb: 'canary', version: '3' });
    expect(trafficWeights(await world.state())).toEqual({ 1: 8_000, 3: 2_000 });
    expect((await world.state()).salt).not.toBe(earlier.salt);
    expect((await world.version('2')).history[0]).toMatchObject({ to: 'rolled_back', cause: 'SUPERSEDED' });
  });

  test('waits in the queue, and starts by itself once the way is free', async () => {
    await second('queue');
    expect((await world.act(ada, { verb: 'canary', version: '3' })).text).toMatch(/^Version 3 waits until/);
    await world.service.upkeep();
    expect((await world.view()).queue).toMatchObject([{ version: '3', stage: 'canary', by: 'user:ada' }]);
    await world.hours(12);
    await world.promote('2');
    // Beside another champion it needs another evaluation first.
    await world.service.upkeep();
    expect(await world.stateOf('3')).toBe('evaluated');
    await world.service.evaluatePending();
    await world.service.upkeep();
    expect(await world.stateOf('3')).toBe('canary');
    expect((await world.version('3')).history[0]).toMatchObject({
      actor: 'system:queue',
      reason: 'queued: because I say so',
    });
    expect((await world.view()).queue).toEqual([]);
  });
});

describe('a freeze window', () => {
  const holidays = { freeze: [{ from: '2026-11-22T00:00:00Z', to: '2026-11-23T00:00:00Z', reason: 'audit' }] };

  test('holds a canary where it is, takes it back all the same, and says so', async () => {
    await openWorld({ rollout: holidays });
    world.now = Date.UTC(2026, 10, 20);
    await world.withCanary();
    world.now = Date.UTC(2026, 10, 22);
    await world.hours(8);
    expect(trafficWeights(await world.state())['2']).toBe(2_000);
    const view = await world.view();
    expect(view.frozen).toMatch(/^audit: /);
    expect(view.holds[0]).toMatchObject({ code: 'freeze_window' });
    await expect(world.act(ada, { verb: 'canary', version: '2', weightBasisPoints: 5_000 })).rejects.toMatchObject({
      details: { reason: 'FREEZE_WINDOW' },
    });
    await world.act(ada, { verb: 'roll-back' });
    expect(trafficWeights(await world.state())).toEqual({ 1: 10_000 });
  });

  test('gives way in an emergency, which everybody sees and somebody else looks at', async () => {
    await openWorld({ rollout: holidays });
    world.now = Date.UTC(2026, 10, 20);
    await world.withCanary();
    world.now = Date.UTC(2026, 10, 22);
    await world.act(ada, { verb: 'break-glass', minutes: 30 });
    expect((await world.act(ada, { verb: 'promote', version: '2' })).outcome).toBe('done');
    expect((await world.state()).champion).toBe('2');
    const record = (await audit()).findLast(({ action }) => action === 'version.promoted');
    expect(record?.after).toMatchObject({ event: { breakGlass: true } });
    expect(world.outgoing.map(({ type }) => type)).toContain('model.break_glass.opened');
    await expect(world.act(grace, { verb: 'promote', version: '1' })).rejects.toMatchObject({ code: 'REFUSED' });
    world.now += 31 * 60_000;
    expect((await world.view()).breakGlass).toMatchObject({
      by: 'user:ada',
      open: false,
      used: ['promoted 2'],
    });
    await expect(world.act(ada, { verb: 'close-break-glass' })).rejects.toMatchObject({
      details: { reason: 'NO_BREAK_GLASS' },
    });
    await world.act(grace, { verb: 'close-break-glass' });
    expect((await world.view()).breakGlass).toBeNull();
  });

  test('is not broken by a machine, nor for longer than the settings allow', async () => {
    await openWorld();
    await expect(world.act(trainer, { verb: 'break-glass', minutes: 5 })).rejects.toMatchObject({
      details: { reason: 'BREAK_GLASS_NEEDS_PERSON' },
    });
    await expect(world.act(ada, { verb: 'break-glass', minutes: 61 })).rejects.toMatchObject({
      details: { reason: 'BREAK_GLASS_TOO_LONG' },
    });
  });
});

describe('a version of which an instance has loaded something else', () => {
  const other = `sha256:${'0'.repeat(64)}`;

  test('goes into quarantine as soon as that is heard, champion or not, and its traffic goes back', async () => {
    await openWorld();
    await world.withReadyCanary();
    await world.promote('2');
    world.instances = [{ instance: 'app-7', loaded: [{ version: '2', digest: other }] }];
    await world.service.instancesChanged('production', 'credit');
    expect(await world.routing()).toMatchObject({ champion: { version: '1' } });
    expect((await world.version('2')).history[0]).toMatchObject({
      to: 'quarantined',
      actor: 'system:integrity',
      cause: 'DIGEST_MISMATCH',
      reason: expect.stringContaining('instance app-7 loaded sha256:0'),
    });
    const { revision } = await world.state();
    await world.service.instancesChanged('production', 'credit');
    expect((await world.state()).revision).toBe(revision);
  });

  test('begins anew once an approver has released it', async () => {
    await openWorld();
    await world.withCandidate();
    await world.act(ada, { verb: 'quarantine', version: '2' });
    await expect(world.act(ada, { verb: 'canary', version: '2' })).rejects.toMatchObject({ code: 'REFUSED' });
    await world.act(ada, { verb: 'release', version: '2' });
    expect(await world.version('2')).toMatchObject({ state: 'registered' });
    await expect(world.act(ada, { verb: 'canary', version: '2' })).rejects.toMatchObject({
      details: { reason: 'NOT_EVALUATED' },
    });
  });

  test('serves on where nothing else can, and people are called', async () => {
    await openWorld();
    await world.withChampion(1);
    world.instances = [{ instance: 'app-7', loaded: [{ version: '1', digest: other }] }];
    await world.service.instancesChanged('production', 'credit');
    await world.service.instancesChanged('production', 'credit');
    expect(await world.stateOf('1')).toBe('champion');
    expect(world.outgoing.filter(({ type }) => type === 'model.rollout.roll_back_blocked')).toHaveLength(1);
  });
});

describe('time', () => {
  test('retires former champions that were long in reserve, but never the last of them', async () => {
    await openWorld({ rollout: { rollBackWindow: '10d' } });
    await world.withReadyCanary();
    await world.promote('2');
    world.now += 40 * 86_400_000;
    await world.service.upkeep();
    expect(await world.stateOf('1')).toBe('superseded');
    await world.register('3', 0.96);
    await world.service.evaluatePending();
    await world.act(ada, { verb: 'break-glass', minutes: 5 });
    await world.act(ada, { verb: 'promote', version: '3' });
    await world.service.upkeep();
    expect(await world.stateOf('1')).toBe('retired');
    expect(await world.stateOf('2')).toBe('superseded');
  });

  test('ends an approval that nobody gave', async () => {
    await openWorld();
    await world.register('1');
    await world.act(ada, { verb: 'promote', version: '1' });
    world.now += 25 * 3_600_000;
    await world.service.upkeep();
    expect((await world.state()).promotion).toBeNull();
  });

  test('takes the worth of verdicts: nobody promotes on those of last week', async () => {
    await openWorld();
    await world.withReadyCanary();
    world.now += 7 * 86_400_000;
    await expect(world.act(ada, { verb: 'promote', version: '2' })).rejects.toMatchObject({
      details: { reason: 'GATES_NOT_PASSED' },
      message: expect.stringContaining('looked at too long ago'),
    });
  });
});

describe('an approval', () => {
  const askFor = async () => {
    await openWorld();
    await world.register('1');
    return (await world.act(ada, { verb: 'promote', version: '1' })).approval?.id ?? '';
  };

  test.each([
    ['the person who asked', ada, 'APPROVER_IS_REQUESTER'],
    ['a machine', trainer, 'APPROVER_NOT_HUMAN'],
  ])('is not given by %s', async (_, actor, reason) => {
    const id = await askFor();
    await expect(world.decide(actor, id)).rejects.toMatchObject({ code: 'REFUSED', details: { reason } });
    expect((await world.state()).champion).toBeNull();
  });

  test('that is denied promotes nothing, and is over', async () => {
    const id = await askFor();
    expect(await world.decide(grace, id, 'deny')).toMatchObject({ outcome: 'done', approval: { state: 'denied' } });
    await expect(world.decide(grace, id)).rejects.toMatchObject({ details: { reason: 'NO_PROMOTION' } });
    expect((await world.state()).champion).toBeNull();
  });

  test('expires after a day, and can be asked for again', async () => {
    const id = await askFor();
    world.now += 24 * 3_600_000;
    expect((await world.view()).approvals[0]?.state).toBe('expired');
    await expect(world.decide(grace, id)).rejects.toMatchObject({ details: { reason: 'APPROVAL_EXPIRED' } });
    expect((await world.promote('1')).outcome).toBe('done');
    expect((await world.view()).approvals.map(({ state }) => state)).toEqual(['granted', 'expired']);
  });

  test('is about a revision', async () => {
    const id = await askFor();
    const stale = world.service.approve(
      grace,
      id,
      { decision: 'approve', reason: 'fine' },
      { expectedRevision: 7, requestId: world.request() },
    );
    await expect(stale).rejects.toMatchObject({ code: 'STALE_REVISION', details: { revision: 1 } });
  });

  test('that nobody asked for is not found', async () => {
    await openWorld();
    await expect(world.decide(grace, 'ap_none')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
