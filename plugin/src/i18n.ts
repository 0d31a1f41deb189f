import { t as translate } from '@grafana/i18n';

/**
 * Grafana's `t`, with values put in as they are: React escapes what it renders, so escaping them here as well would
 * show `n&lt;30` to people.
 */
export function t(id: string, defaultMessage: string, values: Readonly<Record<string, unknown>> = {}): string {
  return translate(id, defaultMessage, { ...values, interpolation: { escapeValue: false } });
}
