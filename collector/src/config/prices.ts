import { z } from 'zod';

const perMillionTokens = z.number().min(0).max(1e6);

/** US dollars for a million tokens of one model of a provider. */
export const priceSettings = z.strictObject({
  input: perMillionTokens.describe('Tokens that go in'),
  cachedInput: perMillionTokens.optional().describe('Tokens read from a cache; default: as input'),
  cacheWrite: perMillionTokens.optional().describe('Tokens written to a cache; default: as input'),
  output: perMillionTokens
    .optional()
    .describe('Tokens that come out, those of reasoning among them; without it none are paid for, as of embeddings'),
});

export type TokenPrice = z.infer<typeof priceSettings>;
