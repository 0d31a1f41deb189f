import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RoutingDocument } from '@plumbline/sdk/routing';
import { onTestFinished } from 'vitest';
import { logisticOnnx } from '../../../../test/onnx/logistic.ts';
import type { ModelSettings } from '../../config/settings.ts';
import { createEngine, type Engine } from '../../main/engine.ts';
import { silentLogger } from '../../main/logger.ts';
import { hourMs, inference, outcome, Producer, testModel } from '../../main/testing/traffic.ts';
import type { OutgoingEvent } from '../../store/outgoing.ts';
import type { Store } from '../../store/port.ts';
import { openSqliteStore } from '../../store/sqlite.ts';
import type { Actor } from '../actor.ts';
import { ArtefactStore } from '../artefacts.ts';
import type { RolloutEvent } from '../command.ts';
import { seededRandom } from '../evaluation/bootstrap.ts';
import type { LoadedArtefacts } from '../gates/integrity.ts';
import type { RolloutAction } from '../intents.ts';
import { type ActionOutcome, RolloutService } from '../service.ts';
import { type RolloutState, unknownSpec, type VersionState } from '../state.ts';
import type { VersionView } from '../versionsView.ts';
import { ada, grace, trainer } from './actors.ts';

/** How a version behaves in one hour. */
export interface Behaviour {
  /** Share of its labelled rows that are wrong. */
  readonly errors?: number;
  /** Share of its inferences that fail. */
  readonly failures?: number;
  readonly latencyMs?: number;
  /** Share of a shadow's rows that differ from the champion's. */
  readonly disagreement?: number;
}

export interface Hour {
  readonly rows?: number;
  /** False: no labels come for these rows. */
  readonly labelled?: boolean;
  readonly champion?: Behaviour;
  readonly candidate?: Behaviour;
}

/**
 * A small world around the real thing: SQLite, the engine that folds traffic, artefacts on disk, ONNX models. An app
 * that follows the routing document sends an hour of traffic at a time; labels come an hour later.
 */
class World {
  readonly store: Store;
  readonly service: RolloutService;
  readonly settings: ModelSettings;
  readonly artefacts: ArtefactStore;
  readonly folder: string;
  /** Events that would leave the collector. */
  readonly outgoing: OutgoingEvent[] = [];
  /** What closing windows made happen. */
  readonly happened: RolloutEvent[] = [];
  readonly errors: unknown[] = [];
  instances: readonly LoadedArtefacts[] = [];
  /** Called before an outgoing event is written: throws where the power goes out. */
  beforeEvent: () => void = () => undefined;
  /** Wall-clock time. */
  now = Date.UTC(2026, 10, 22);
  readonly #engine: Engine;
  readonly #producer = new Producer('app');
  readonly #random = seededRandom(11);
  #hour = 0;
  #ids = 0;
  #requests = 0;
  #unlabelled: { readonly id: string; readonly label: string }[] = [];

  static async open(changes: Record<string, unknown> = {}): Promise<World> {
    const settings = testModel({
      groups: [],
      ...changes,
      rollout: {
        canarySteps: [2_000, 5_000],
        gates: { shadowRows: 100, canaryRows: 100, canaryErrorMargin: 0.02 },
        ...(changes.rollout ?? {}),
      },
    });
    const folder = await mkdtemp(join(tmpdir(), 'rollout-'));
    const store = await openSqliteStore({ path: join(folder, 'store.sqlite') });
    let world: World | undefined;
    const engine = await createEngine({
      store,
      models: [settings],
      budget: { mode: 'calendar', hours: 720, alpha: 0.05 },
      clock: () => world?.now ?? 0,
      logger: silentLogger,
      hooks: {
        versionSeen: async (...seen) => world?.service.versionSeen(...seen),
        windowClosed: async (...closed) => {
          world?.happened.push(...(await world.service.windowClosed(...closed)));
        },
      },
    });
    world = new World(settings, folder, store, engine);
    return world;
  }

  private constructor(settings: ModelSettings, folder: string, store: Store, engine: Engine) {
    this.settings = settings;
    this.folder = folder;
    this.store = store;
    this.#engine = engine;
    this.artefacts = new ArtefactStore(join(folder, 'artefacts'));
    this.service = new RolloutService({
      store,
      clock: () => this.now,
      randomId: () => `id${++this.#ids}`,
      models: [settings],
      artefacts: this.artefacts,
      enqueue: async (_, event) => {
        this.beforeEvent();
        this.outgoing.push(event);
        return `evt_${this.outgoing.length}`;
      },
      instances: () => this.instances,
      onError: (error) => this.errors.push(error),
    });
  }

  async close(): Promise<void> {
    await this.store.close();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** A version that gets `quality` of its rows right, about: 1 is perfect, 0 always wrong. */
  async register(version: string, quality = 0.9, changes: { readonly artefact?: Uint8Array } = {}): Promise<string> {
    const bytes =
      changes.artefact ??
      logisticOnnx({ inputs: ['truth', 'noise'], weights: [quality, 1 - quality], bias: Number(version) * 1e-6 });
    const digest = await this.artefacts.put(bytes);
    const heldOut = await this.artefacts.put(heldOutRows());
    await this.service.register(
      trainer,
      this.settings,
      {
        ...unknownSpec,
        version,
        digest,
        inputs: ['truth', 'noise'],
        classes: ['no', 'yes'],
        heldOut,
        parameters: { trainedBy: 'test' },
      },
      'api',
    );
    return digest;
  }

  state(): Promise<RolloutState> {
    return this.store.read((transaction) => this.service.state(transaction, 'production', 'credit'));
  }

  routing(): Promise<RoutingDocument | undefined> {
    return this.store.read((transaction) => this.service.routing(transaction, 'production', 'credit'));
  }

  view() {
    return this.store.read((transaction) => this.service.versions(transaction, this.settings));
  }

  async version(version: string): Promise<VersionView> {
    const found = (await this.view()).versions.find((candidate) => candidate.version === version);
    if (found === undefined) throw new Error(`no version ${version}`);
    return found;
  }

  async stateOf(version: string): Promise<VersionState> {
    return (await this.version(version)).state;
  }

  /** `gate: verdict code` of everything known about a version. */
  async gatesOf(version: string): Promise<Record<string, string>> {
    const { gates } = await this.version(version);
    return Object.fromEntries(gates.map(({ gate, verdict, code }) => [gate, `${verdict} ${code}`]));
  }

  async act(actor: Actor, action: WithoutReason<RolloutAction>, revision?: number): Promise<ActionOutcome> {
    return this.service.act(
      actor,
      this.settings,
      { ...action, reason: 'because I say so' },
      {
        expectedRevision: revision ?? (await this.state()).revision,
        requestId: this.request(),
      },
    );
  }

  async decide(actor: Actor, approvalId: string, decision: 'approve' | 'deny' = 'approve'): Promise<ActionOutcome> {
    const approval = (await this.view()).approvals.find(({ id }) => id === approvalId);
    return this.service.approve(
      actor,
      approvalId,
      { decision, reason: 'looked at it' },
      {
        expectedRevision: approval?.revision ?? 0,
        requestId: this.request(),
      },
    );
  }

  request(): string {
    this.#requests += 1;
    return `request-${this.#requests}`;
  }

  /** ada asks, grace approves. */
  async promote(version: string): Promise<ActionOutcome> {
    const { approval } = await this.act(ada, { verb: 'promote', version });
    if (approval === null) throw new Error('nothing waits for approval');
    return this.decide(grace, approval.id);
  }

  /** Version 1 serves, and has served for some hours. */
  async withChampion(hours = 3): Promise<this> {
    await this.register('1', 0.8);
    await this.promote('1');
    await this.hours(hours);
    return this;
  }

  /** Version 2 is evaluated beside version 1. */
  async withCandidate(): Promise<this> {
    await this.withChampion();
    await this.register('2', 0.95);
    await this.service.evaluatePending();
    return this;
  }

  /** Version 2 shadows. */
  async withShadow(): Promise<this> {
    await this.withCandidate();
    await this.act(ada, { verb: 'shadow', version: '2', sampleBasisPoints: 10_000 });
    return this;
  }

  /** Version 2 is canary at its first step. */
  async withCanary(): Promise<this> {
    await this.withCandidate();
    await this.act(ada, { verb: 'canary', version: '2' });
    return this;
  }

  /** Version 2 has passed every gate at its last step. */
  async withReadyCanary(): Promise<this> {
    await this.withCanary();
    await this.hours(12);
    return this;
  }

  async hours(count: number, hour: Hour = {}): Promise<void> {
    for (let i = 0; i < count; i++) await this.hour(hour);
  }

  /** An hour of event time, by a well-behaved app; the collector commits at its end. */
  async hour({ rows = 400, labelled = true, champion = {}, candidate = {} }: Hour = {}): Promise<void> {
    const routing = await this.routing();
    const from = Date.UTC(2026, 0, 1) + this.#hour * hourMs;
    this.#hour += 1;
    this.now += 1_000;
    const due = this.#unlabelled;
    this.#unlabelled = [];
    const events = [];
    for (let row = 0; row < rows; row++) {
      const id = `h${this.#hour}-${row}`;
      const time = from + Math.floor((row * hourMs) / rows);
      const canary = routing?.canary != null && this.#random() * 10_000 < routing.canary.weightBasisPoints;
      const behaviour = canary ? candidate : champion;
      const prediction = this.#random() < 0.5 ? 'yes' : 'no';
      const other = prediction === 'yes' ? 'no' : 'yes';
      const served = canary ? routing.canary : (routing?.champion ?? null);
      events.push(
        inference(id, time, {
          version: served?.version ?? '1',
          role: canary ? 'canary' : 'champion',
          prediction,
          ...performance(behaviour, this.#random),
        }),
      );
      const wrong = this.#random() < (behaviour.errors ?? 0.1);
      this.#unlabelled.push({ id, label: wrong ? other : prediction });
      if (routing?.shadow != null) {
        const disagrees = this.#random() < (candidate.disagreement ?? 0.05);
        events.push(
          inference(`${id}~${routing.shadow.version}`, time, {
            version: routing.shadow.version,
            role: 'shadow',
            prediction: disagrees ? other : prediction,
            ...performance(candidate, this.#random),
          }),
        );
      }
    }
    for (let start = 0; start < events.length; start += 200) {
      this.#engine.apply(this.#producer.inferences(events.slice(start, start + 200)), null);
    }
    const outcomes = due.map(({ id, label }) => outcome(id, from + 1, label));
    for (let start = 0; start < outcomes.length; start += 200) {
      this.#engine.apply(this.#producer.outcomes(outcomes.slice(start, start + 200)), null);
    }
    if (!labelled) this.#unlabelled = [];
    await this.#engine.commit();
  }
}

/** The world of the running test: what `openWorld` opened last. */
export let world: World;

/** Opens a world, which goes under when the test ends. Changes are those of the model's settings. */
export async function openWorld(changes?: Record<string, unknown>): Promise<void> {
  const opened = await World.open(changes);
  onTestFinished(() => opened.close());
  world = opened;
}

type WithoutReason<Action> = Action extends unknown ? Omit<Action, 'reason'> : never;

function performance({ failures = 0, latencyMs = 10 }: Behaviour, random: () => number) {
  return {
    latencyMs: latencyMs * (0.5 + random()),
    error: random() < failures ? 'timeout' : null,
  };
}

/** Rows whose label is the sign of `truth`, and noise that says nothing. */
function heldOutRows(): Uint8Array {
  const random = seededRandom(2);
  const lines = ['truth,noise,label'];
  for (let row = 0; row < 800; row++) {
    const yes = random() < 0.5;
    lines.push(`${yes ? 1 : -1},${(random() - 0.5) * 8},${yes ? 'yes' : 'no'}`);
  }
  return new TextEncoder().encode(lines.join('\n'));
}
