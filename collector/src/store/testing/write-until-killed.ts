import { jsonCollection, type Store } from '../port.ts';

/** A process that commits pairs and says so, until somebody kills it. Started by the store's contract. */

// Written by `writeUntilKilled` of the contract.
const elsewhere = JSON.parse(process.env.STORE_ELSEWHERE ?? '{}') as {
  module: string;
  opener: string;
  options: unknown;
  start: number;
};
const numbers = jsonCollection<number>('numbers');
// The contract names an exported function that opens a store.
const module = (await import(elsewhere.module)) as Record<string, (options: unknown) => Promise<Store>>;
const store = await module[elsewhere.opener]!(elsewhere.options);

for (let next = elsewhere.start + 1; ; next++) {
  await store.transaction(async (tx) => {
    await tx.put(numbers, `pair/${next}/a`, next);
    await new Promise((resume) => setImmediate(resume));
    await tx.put(numbers, `pair/${next}/b`, next);
    await tx.put(numbers, 'last', next);
  });
  process.send?.(next);
}
