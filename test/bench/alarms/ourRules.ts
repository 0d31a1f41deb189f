import { budgetSettings, type ModelSettings, modelSettings } from '../../../collector/src/config/settings.ts';
import { countStreams, evaluateWindow, type MonitorState, noArrivals } from '../../../collector/src/monitor/index.ts';
import {
  allRows,
  buildReference,
  createProfile,
  foldInferences,
  type Reference,
} from '../../../collector/src/profile/index.ts';
import type { Rule } from './rule.ts';
import { benchModel, hourMs } from './traffic.ts';

/** Our monitors as they run in production: the same fold, the same reference, the same evaluation of a window. */
const settings: ModelSettings = modelSettings.parse({ name: benchModel });

export const budgetHours = 720;
export const lifetimeAlpha = 0.05;

export const calendar: Rule = {
  name: 'Plumbline',
  source: `e-detectors, at most one false page in ${budgetHours} hours over everything`,
  fit: (reference) => monitor(reference, { mode: 'calendar' }, (made) => made),
};

export const lifetime: Rule = {
  name: 'Plumbline, lifetime',
  source: `e-detectors, chance of any false page ever at most ${lifetimeAlpha}`,
  fit: (reference) => monitor(reference, { mode: 'lifetime' }, (made) => made),
};

/** The same without what it knows about how rows depend on each other and on the hour: a guard against losing the cure. */
export const uncured: Rule = {
  name: 'Plumbline without its cures',
  source: 'rows taken as independent, no hour of the week in the null',
  fit: (reference) =>
    monitor(reference, { mode: 'calendar' }, (made) => ({
      ...made,
      id: `${made.id} as if independent`,
      designEffects: {},
      seasons: null,
    })),
};

function monitor(
  windows: Parameters<Rule['fit']>[0],
  { mode }: { readonly mode: 'calendar' | 'lifetime' },
  change: (reference: Reference) => Reference,
): ReturnType<Rule['fit']> {
  const budget = budgetSettings.parse({ mode, hours: budgetHours, alpha: lifetimeAlpha });
  const made = buildReference(
    windows.map(({ batch }) => batch),
    [],
    { task: 'binary_classification', windowMs: hourMs },
  );
  const reference = change(made);
  const streams = countStreams([{ settings, reference }]);
  let state: MonitorState | null = null;
  return ({ batch, from, to }) => {
    const profile = createProfile(reference.shape);
    foldInferences(profile, batch, allRows(batch));
    const input = { settings, budget, streams, version: '1', reference, profile, arrivals: noArrivals };
    const evaluation = evaluateWindow({ ...input, state, from, to });
    state = evaluation.state;
    const alarming = evaluation.findings.filter(({ verdict }) => verdict === 'alarm');
    return { alarms: alarming.length, first: alarming.some(({ signal }) => signal === 'feature:x0') };
  };
}
