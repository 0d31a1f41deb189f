import { expect, it } from 'vitest';
import { oneAtATime } from './one-at-a-time.ts';

it('runs once more for everybody who asked meanwhile, and never twice at once', async () => {
  const finish: (() => void)[] = [];
  let [running, most] = [0, 0];
  const ask = oneAtATime(async () => {
    running += 1;
    most = Math.max(most, running);
    await new Promise<void>((resolve) => finish.push(resolve));
    running -= 1;
  });
  const finishRun = async (run: number) => {
    finish[run]?.();
    await new Promise((resolve) => setImmediate(resolve));
  };

  ask();
  ask();
  ask();
  await finishRun(0);
  expect(finish).toHaveLength(2);
  await finishRun(1);
  expect({ runs: finish.length, running, most }).toEqual({ runs: 2, running: 0, most: 1 });
  ask();
  await finishRun(2);
  expect({ runs: finish.length, running, most }).toEqual({ runs: 3, running: 0, most: 1 });
});
