/** Signal of how a group fares. */
export function groupSignal(attribute: string, group: string): string {
  return `${groupPrefix}${attribute}=${group}`;
}

/** Signal of everything that may be worse for a group than for another: how it varies from window to window, whatever the hour. */
export function groupRatesSignal(attribute: string, group: string): string {
  return `${ratesPrefix}${attribute}=${group}`;
}

export function isGroupSignal(signal: string): boolean {
  return signal.startsWith(groupPrefix) || signal.startsWith(ratesPrefix);
}

const groupPrefix = 'fairness:';
const ratesPrefix = 'fairness_rates:';
