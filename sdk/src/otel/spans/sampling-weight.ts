/**
 * How many spans a sampled one stands for, when its sampler says so: the threshold T that a consistent probability
 * sampler writes into `tracestate` as `ot=th:<hex>` keeps a share 1 - T / 2^56 of all traces (OpenTelemetry, "TraceState:
 * Probability Sampling"). Null when there is no threshold, or none that could be.
 */
export function samplingWeight(traceState: string | null | undefined): number | null {
  const member = /(?:^|,)\s*ot=([^,]*)/.exec(traceState ?? '')?.[1] ?? '';
  const digits = /(?:^|;)th:([0-9a-f]{1,14})(?:;|$)/.exec(member)?.[1];
  if (digits === undefined) {
    return null;
  }
  // Trailing zeros are left out on the way. A double holds 53 of the 56 bits: nothing of a weight anybody could use.
  const share = 1 - Number.parseInt(digits.padEnd(14, '0'), 16) / 2 ** 56;
  return share > 0 ? 1 / share : null;
}
