/** Something whose cost is measured beside others. */
export interface Row {
  readonly call: () => unknown;
  /** Makes the world as the row needs it; not counted. */
  readonly before?: () => void;
}

export interface Cost {
  /** CPU of the process a call, garbage collection and background work of exporters included: median and best of rounds. */
  readonly medianUs: number;
  readonly bestUs: number;
  /** Median over rounds of what it cost beside the baseline in the same round. */
  readonly ofBaseline: number;
  /** What single calls took by the clock, until their promise settled. The clock itself takes about 0.05 us of them. */
  readonly p50Us: number;
  readonly p99Us: number;
}

export interface Turns {
  readonly callsATurn: number;
  readonly rounds: number;
}

/**
 * Measures all rows in short turns, one after the other, over and over: what else the machine does falls on all of them
 * alike, and ratios hold where absolute figures do not. The first row is the baseline.
 */
export async function interleaved(
  rows: Readonly<Record<string, Row>>,
  { callsATurn, rounds }: Turns = usualTurns,
): Promise<Record<string, Cost>> {
  const names = Object.keys(rows);
  const cpu = new Map(names.map((name) => [name, [] as number[]]));
  for (let round = -warmUpRounds; round < rounds; round++) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      const { call, before } = rows[name]!;
      before?.();
      const start = process.cpuUsage();
      await repeat(call, callsATurn);
      const { user, system } = process.cpuUsage(start);
      if (round >= 0) {
        cpu.get(name)!.push((user + system) / callsATurn);
      }
    }
  }
  const baseline = cpu.get(names[0]!)!;
  const costs: Record<string, Cost> = {};
  for (const name of names) {
    const { call, before } = rows[name]!;
    before?.();
    const costsOfRow = cpu.get(name)!;
    costs[name] = {
      medianUs: quantile(costsOfRow, 0.5),
      bestUs: quantile(costsOfRow, 0),
      ofBaseline: quantile(
        costsOfRow.map((cost, round) => cost / baseline[round]!),
        0.5,
      ),
      ...(await byTheClock(call, 2 * callsATurn)),
    };
  }
  return costs;
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

const warmUpRounds = 3;
/** As many as fill a batch in every partition once, on average: encoding is in the figures. */
const usualTurns: Turns = { callsATurn: 4_000, rounds: 15 };
