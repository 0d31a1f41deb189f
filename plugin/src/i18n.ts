import { t as translate } from '@grafana/i18n';

type Values = Readonly<Record<string, unknown>>;

/** Texts as translated, before values are put in. The language of a page never changes: Grafana loads it anew. */
const texts = new Map<string, string>();

/**
 * Grafana's `t`, with values put in as they are: React escapes what it renders, so escaping them here as well would
 * show `n&lt;30` to people. Each text is looked up once, because a table asks for the same few a thousand times and a
 * look-up costs more than the row it is for. Only `count` goes to Grafana every time: languages have plurals.
 */
export function t(id: string, defaultMessage: string, values: Values = {}): string {
  if ('count' in values) {
    return translate(id, defaultMessage, { ...values, interpolation: { escapeValue: false } });
  }
  let text = texts.get(id);
  if (text === undefined) {
    text = translate(id, defaultMessage, { skipInterpolation: true });
    texts.set(id, text);
  }
  return text.replace(/\{\{(\w+)\}\}/g, (_, name: string) => String(values[name] ?? ''));
}
