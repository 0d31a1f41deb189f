import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Part, PartResult } from './costs.ts';
import type { LoopDelay } from './event-loop-delay.ts';
import type { Cost } from './interleaved.ts';
import { type WireCost, wireCosts } from './wire.ts';

/**
 * What one inference costs the app, beside a bare OpenTelemetry span and the wrappers of other libraries in the same run,
 * what a batch weighs and costs to read, and how long the event loop is kept waiting. `--json` prints one document.
 */

const parts: readonly Part[] = ['span', 'span and metrics', 'nothing', 'peers', 'onnx', 'event loop'];

/** In a process of its own. */
function measured(part: Part): PartResult {
  const script = fileURLToPath(new URL('./costs.ts', import.meta.url));
  return JSON.parse(execFileSync(process.execPath, [script, part], { encoding: 'utf8' }));
}

const results = parts.map(measured);
const wire = await wireCosts();

if (process.argv.includes('--json')) {
  const notes = [
    `Node ${process.version}; each set-up in a process of its own; ratios are of all turns of a row to the turns of the first row just before and after each`,
    ...results.flatMap(({ missing }) => missing ?? []),
  ];
  const measurements = results.flatMap(({ costs, delays }) => [...costResults(costs), ...delayResults(delays)]);
  console.log(JSON.stringify({ name: 'sdk', results: [...measurements, ...wireResults(wire)], notes }));
} else {
  for (const { costs, delays, missing } of results) {
    printCosts(costs);
    for (const [name, { meanMs, p99Ms, maxMs }] of Object.entries(delays)) {
      const delay = `mean ${meanMs.toFixed(2)}, p99 ${p99Ms.toFixed(2)}, longest ${maxMs.toFixed(2)} ms`;
      console.log(`${`event loop, ${name}`.padEnd(66)} ${delay}`);
    }
    if (missing !== null) {
      console.log(missing);
    }
  }
  printWireCosts(wire);
}

/** The form of every bench of the project. */
interface Measurement {
  readonly metric: string;
  readonly value: number;
  readonly unit: string;
  readonly floor?: number;
  readonly ratio?: number;
}

function costResults(costsOfRows: Readonly<Record<string, Cost>>): Measurement[] {
  const floor = Object.values(costsOfRows)[0]?.medianUs ?? 0;
  return Object.entries(costsOfRows).flatMap(([name, { medianUs, bestUs, ofBaseline, p50Us, p99Us }]) => [
    { metric: `${name}, CPU`, value: medianUs, unit: 'us/call', floor, ratio: ofBaseline },
    { metric: `${name}, CPU, best round`, value: bestUs, unit: 'us/call' },
    { metric: `${name}, by the clock, p50`, value: p50Us, unit: 'us/call' },
    { metric: `${name}, by the clock, p99`, value: p99Us, unit: 'us/call' },
  ]);
}

function wireResults(costsOfBatches: Readonly<Record<string, WireCost>>): Measurement[] {
  return Object.entries(costsOfBatches).flatMap(([name, { bytes, encodeUs, decodeUs }]) => [
    { metric: `on the wire, ${name}`, value: bytes, unit: 'bytes/event' },
    { metric: `encoded, ${name}`, value: encodeUs, unit: 'us/event' },
    { metric: `decoded, ${name}`, value: decodeUs, unit: 'us/event' },
  ]);
}

function delayResults(delaysOfLoads: Readonly<Record<string, LoopDelay>>): Measurement[] {
  return Object.entries(delaysOfLoads).flatMap(([name, { meanMs, p99Ms, maxMs }]) => [
    { metric: `event loop delay, ${name}, mean`, value: meanMs, unit: 'ms' },
    { metric: `event loop delay, ${name}, p99`, value: p99Ms, unit: 'ms' },
    { metric: `event loop delay, ${name}, longest`, value: maxMs, unit: 'ms' },
  ]);
}

function printCosts(costsOfRows: Readonly<Record<string, Cost>>): void {
  for (const [name, cost] of Object.entries(costsOfRows)) {
    const { medianUs, bestUs, ofBaseline, ofBaselineFrom, ofBaselineTo, p50Us, p99Us } = cost;
    const quartiles = `(${ofBaselineFrom.toFixed(2)} to ${ofBaselineTo.toFixed(2)})`;
    const cpu = `${medianUs.toFixed(2).padStart(6)} us (best ${bestUs.toFixed(2)})  ${ofBaseline.toFixed(2)} x ${quartiles}`;
    console.log(`${name.padEnd(66)} ${cpu}, by the clock p50 ${p50Us.toFixed(2)}, p99 ${p99Us.toFixed(2)}`);
  }
}

function printWireCosts(costsOfBatches: Readonly<Record<string, WireCost>>): void {
  for (const [name, { bytes, encodeUs, decodeUs }] of Object.entries(costsOfBatches)) {
    const figures = `${bytes.toFixed(1)} bytes, encoded in ${encodeUs.toFixed(2)} us, decoded in ${decodeUs.toFixed(2)} us`;
    console.log(`${`an event of ${name}`.padEnd(66)} ${figures}`);
  }
}
