import type { Estimate, Finding } from '../finding.ts';
import { nameText, numberText } from './text.ts';

export interface EmbeddingChange {
  readonly embedding: string;
  readonly projections: number;
  /** How many of them moved, or broke. */
  readonly moved: number;
  /** Cosine distance of the mean from that of the reference, with the band of chance; `null` where that is not the matter. */
  readonly turn: Estimate | null;
}

/** What is said of an embedding by the finding about that projection which has most evidence. */
export function embeddingSentence({ sentence, segment }: Finding, change: EmbeddingChange): string {
  const { embedding, projections, moved, turn } = change;
  const name = nameText(embedding);
  if (turn === null) return `${sentence} (one of ${moved} of the ${projections} projections of ${name})`;
  const slice = segment === undefined ? '' : `${segment}: `;
  const parts = [
    `${moved} of ${projections} projections`,
    turnText(turn),
    `most surely ${withoutPrefix(sentence, slice)}`,
  ];
  return `${slice}${name} moved: ${parts.filter((part) => part !== null).join(', ')}`;
}

/** `its centre turned by a cosine distance of 0.05 where chance alone stays below 0.01`; `null` where that is not known. */
export function turnText({ value, high }: Estimate): string | null {
  if (value === null) return null;
  const chance = high === null ? '' : ` where chance alone stays below ${numberText(high)}`;
  return `its centre turned by a cosine distance of ${numberText(value)}${chance}`;
}

function withoutPrefix(text: string, prefix: string): string {
  return text.startsWith(prefix) ? text.slice(prefix.length) : text;
}
