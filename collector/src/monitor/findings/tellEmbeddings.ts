import { embeddingOf, type Profile, projectionsOf, type Reference } from '../../profile/index.ts';
import { centreTurn } from '../figures/embeddingDrift.ts';
import type { Finding } from '../finding.ts';
import { embeddingSentence } from '../sentences/embeddingSentence.ts';

/**
 * Where projections of one embedding move, or go missing, together, one finding tells of all: that with most evidence. The
 * others name it and do not alarm by themselves: one cause, one alert. Each keeps its own evidence.
 */
export function tellEmbeddings(findings: readonly Finding[], reference: Reference, profile: Profile): Finding[] {
  const told = new Map<Finding, Finding>();
  for (const [embedding, projections] of projectionsOf(reference.shape)) {
    for (const kind of ['feature', 'data_quality'] as const) {
      const own = findings.filter((one) => one.kind === kind && embeddingOf(one.signal) === `${kind}:${embedding}`);
      const [lead, ...others] = own.filter(isNotable).sort(byEvidence);
      if (lead === undefined) continue;
      const moved = { embedding, projections: projections.length, moved: 1 + others.length };
      const turn = kind === 'feature' ? centreTurn(reference, profile, projections) : null;
      told.set(lead, { ...lead, sentence: embeddingSentence(lead, { ...moved, turn }) });
      for (const other of others) told.set(other, { ...other, verdict: 'watch', explainedBy: lead.signal });
    }
  }
  return findings.map((finding) => told.get(finding) ?? finding);
}

/** And not told by another finding, as what broken data explains is. */
function isNotable({ verdict, explainedBy }: Finding): boolean {
  return explainedBy === undefined && (verdict === 'alarm' || verdict === 'watch');
}

function byEvidence(a: Finding, b: Finding): number {
  const log = ({ evidence }: Finding): number => evidence?.log ?? Number.NEGATIVE_INFINITY;
  return log(b) - log(a);
}
