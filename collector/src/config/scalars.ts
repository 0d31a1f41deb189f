import { z } from 'zod';

const durationPattern = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/;
const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** `"90s"`, `"1h"`, `"7d"` -> milliseconds. */
export const durationMs = z
  .string()
  .regex(durationPattern, 'a duration is a number and a unit: 500ms, 30s, 5m, 1h, 7d')
  .transform((text) => {
    const [, amount, unit] = durationPattern.exec(text) ?? [];
    // The pattern above admits only the keys of `unitMs`.
    return Number(amount) * unitMs[unit as keyof typeof unitMs];
  });

/** A part of a whole, 0 to 1. */
export const share = z.number().min(0).max(1);

export const name = z.string().min(1).max(128);
/** A model's name is a part of the API's paths, where proxies read these characters in their own ways. */
export const modelName = name.regex(
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused; \p{Cc} is not in JSON Schema.
  /^(?!\.{1,2}$)[^/\\%?#\u0000-\u001f\u007f]+$/,
  'a model name may not hold / \\ % ? # or control characters',
);
