import { jsonCollection, type ReadTransaction, type Transaction } from './port.ts';

/** What was read from the stream and what became of it, over all models. */
export interface Counts {
  readonly inferences: number;
  readonly outcomes: number;
  /** Inferences that got their first label. */
  readonly joinedOutcomes: number;
  /** Labels that replaced an older one. */
  readonly correctedOutcomes: number;
  /** Labels that said what was known, or were older than what was known. */
  readonly repeatedOutcomes: number;
  /** Feedback and evaluations: kept out of the confusion counts. */
  readonly unlabelledOutcomes: number;
  readonly waitingOutcomes: number;
  /** Later than the horizon, or more waiting than there is room for. */
  readonly refusedOutcomes: number;
  /** Rows that came after their window had closed. */
  readonly lateInferences: number;
  /** Events dated later than the broker could have stored them, which count at the broker's time. */
  readonly clampedEvents: number;
  readonly duplicateBatches: number;
  readonly deadLetters: number;
  readonly unknownModelEvents: number;
  /** Times the stream was found changed: made anew, or without its tail. */
  readonly streamRegressions: number;
  /** Messages that were gone from the stream before they were read: by age, or lost with a file of the broker. */
  readonly missedMessages: number;
  /** By model name. */
  readonly models: Readonly<Record<string, { readonly inferences: number; readonly outcomes: number }>>;
}

export const noCounts: Counts = {
  inferences: 0,
  outcomes: 0,
  joinedOutcomes: 0,
  correctedOutcomes: 0,
  repeatedOutcomes: 0,
  unlabelledOutcomes: 0,
  waitingOutcomes: 0,
  refusedOutcomes: 0,
  lateInferences: 0,
  clampedEvents: 0,
  duplicateBatches: 0,
  deadLetters: 0,
  unknownModelEvents: 0,
  streamRegressions: 0,
  missedMessages: 0,
  models: {},
};

const counts = jsonCollection<Counts>('counts');

export async function readCounts(transaction: ReadTransaction): Promise<Counts> {
  return { ...noCounts, ...(await transaction.get(counts, 'all'))?.value };
}

export async function putCounts(transaction: Transaction, value: Counts): Promise<void> {
  await transaction.put(counts, 'all', value);
}
