/** Something whose cost is measured beside others. */
export interface Row {
  readonly call: () => unknown;
}

export interface Cost {
  /** CPU of the process a call, garbage collection and background work of exporters included: median and best of rounds. */
  readonly medianUs: number;
  readonly bestUs: number;
  /**
   * What all its turns cost, beside the turns of the baseline just before and just after each. Not the median of rounds: one
   * turn has a garbage collection and the next has none, and what happens every other time has no middle.
   */
  readonly ofBaseline: number;
  /** Quartiles of single rounds. */
  readonly ofBaselineFrom: number;
  readonly ofBaselineTo: number;
  /** What single calls took by the clock, until their promise settled. The clock itself takes about 0.05 us of them. */
  readonly p50Us: number;
  readonly p99Us: number;
}

export interface Turns {
  readonly callsATurn: number;
  readonly rounds: number;
}

/**
 * Measures all rows in short turns, over and over, each between two turns of the baseline, which is the first row. A shared
 * machine runs at half its speed from one tenth of a second to the next: two turns that follow each other are slowed alike,
 * so that ratios hold where absolute figures, and ratios of figures taken further apart, do not.
 */
export async function interleaved(
  rows: Readonly<Record<string, Row>>,
  { callsATurn, rounds }: Turns = usualTurns,
): Promise<Record<string, Cost>> {
  const [baseline, ...others] = Object.entries(rows).map(([name, row]) => ({
    name,
    row,
    besides: [] as number[],
    costs: [] as number[],
  }));
  for (let round = -warmUpRounds; round < rounds; round++) {
    let before = await turn(baseline!.row, callsATurn);
    for (const { row, costs, besides } of round % 2 === 0 ? others : others.toReversed()) {
      const cost = await turn(row, callsATurn);
      const after = await turn(baseline!.row, callsATurn);
      if (round >= 0) {
        costs.push(cost);
        besides.push((before + after) / 2);
        baseline!.costs.push(after);
        baseline!.besides.push(after);
      }
      before = after;
    }
  }
  const result: Record<string, Cost> = {};
  for (const { name, row, costs, besides } of [baseline!, ...others]) {
    const ratios = costs.map((cost, round) => cost / besides[round]!);
    result[name] = {
      medianUs: quantile(costs, 0.5),
      bestUs: quantile(costs, 0),
      ofBaseline: sum(costs) / sum(besides),
      ofBaselineFrom: quantile(ratios, 0.25),
      ofBaselineTo: quantile(ratios, 0.75),
      ...(await byTheClock(row.call, 2 * callsATurn)),
    };
  }
  return result;
}

/** CPU a call, in microseconds; what the calls left to the next turn of the event loop is among it. */
async function turn({ call }: Row, calls: number): Promise<number> {
  const start = process.cpuUsage();
  await repeat(call, calls);
  await new Promise(setImmediate);
  const { user, system } = process.cpuUsage(start);
  return (user + system) / calls;
}

async function byTheClock(call: () => unknown, calls: number): Promise<Pick<Cost, 'p50Us' | 'p99Us'>> {
  const tookUs: number[] = [];
  await repeat(() => {
    const start = performance.now();
    const note = () => void tookUs.push((performance.now() - start) * 1_000);
    const result = call();
    return result instanceof Promise ? result.then(note) : note();
  }, calls);
  return { p50Us: quantile(tookUs, 0.5), p99Us: quantile(tookUs, 0.99) };
}

/** The event loop turns now and then, as it would in an app. */
async function repeat(call: () => unknown, times: number): Promise<void> {
  for (let index = 0; index < times; index++) {
    const result = call();
    if (result instanceof Promise) {
      await result;
    }
    if (index % 256 === 0) {
      await new Promise(setImmediate);
    }
  }
}

function quantile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(share * values.length)] ?? Number.NaN;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

const warmUpRounds = 4;
/** Full batches each: encoding is in the figures of the turn that filled them. */
const usualTurns: Turns = { callsATurn: 4_000, rounds: 20 };
