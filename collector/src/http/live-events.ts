/** Something that happened, for those who watch. It says where to look again; it does not carry the data. */
export interface LiveEvent {
  readonly type: 'alert' | 'version' | 'window' | 'retrain';
  readonly model: string;
  readonly at: number;
}

export interface NumberedLiveEvent extends LiveEvent {
  /** `<start of this collector>-<number>` */
  readonly id: string;
}

export interface LiveEvents {
  publish(event: LiveEvent): void;
  /** Calls back for each event from now on; returns how to stop. */
  subscribe(listener: (event: NumberedLiveEvent) => void): () => void;
  /** How many are subscribed. */
  watchers(): number;
  /** Events after an id, or `null` when it is not known (any more): then a reader must look at everything again. */
  since(id: string): readonly NumberedLiveEvent[] | null;
}

const remembered = 1_000;

/** The live events of one run of the collector, the last thousand of them remembered. */
export function createLiveEvents(startedAt: number): LiveEvents {
  const listeners = new Set<(event: NumberedLiveEvent) => void>();
  const recent: NumberedLiveEvent[] = [];
  let count = 0;
  return {
    publish(event) {
      count += 1;
      const numbered = { ...event, id: `${startedAt}-${count}` };
      recent.push(numbered);
      if (recent.length > remembered) {
        recent.shift();
      }
      for (const listener of listeners) {
        listener(numbered);
      }
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    watchers: () => listeners.size,
    since(id) {
      if (id === `${startedAt}-${count}`) {
        return [];
      }
      const index = recent.findIndex((event) => event.id === id);
      return index < 0 ? null : recent.slice(index + 1);
    },
  };
}
