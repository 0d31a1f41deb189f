import type { ModelState } from './model-state.ts';
import type { MonitorSettings } from './read-options.ts';
import type { RoutingTable } from './routing/table.ts';
import type { ModelStatus } from './status.ts';

/** How one model is doing, by what is counted of it and by the routing in force. */
export function modelStatus(
  model: ModelState,
  routing: RoutingTable,
  { switchedOff }: Pick<MonitorSettings, 'switchedOff'>,
): ModelStatus {
  const document = routing.document(model.name);
  const { accepted, acknowledged, thinned, dropped } = model.counts;
  return {
    accepted,
    acknowledged,
    thinned,
    dropped,
    routing: {
      revision: document?.revision ?? 0,
      source: routing.source(model.name),
      champion: document?.champion?.version ?? model.compiledInVersion,
      canary: document?.canary?.version ?? null,
      shadow: document?.shadow?.version ?? null,
      refused: routing.refused(model.name),
    },
    loaded: model.loaded,
    shadows: { ...model.shadows },
    capture: switchedOff ? 'off' : model.capture.mode,
    notRedacted: model.capture.notRedacted,
    featuresIgnored: model.types.ignored,
  };
}
