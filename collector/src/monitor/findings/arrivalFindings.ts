import type { Reference } from '../../profile/index.ts';
import { afterAlarm, type Pace, type PaceName, paceOf, paces, stepPace } from '../detectors/arrivalPace.ts';
import { paceSignal, schemaSignal, volumeSignal } from '../detectors/streams.ts';
import type { Evidence, Finding } from '../finding.ts';
import { freshnessSentence, volumeEvidenceSentence } from '../sentences/sentences.ts';
import type { MonitorState } from '../state.ts';
import { evidenceAt } from './describeEvidence.ts';
import type { FindingContent } from './findingContent.ts';
import { schemaContent, volumeContent } from './qualityContent.ts';
import { type WindowInput, windowFinding } from './windowFinding.ts';

/**
 * What came, and when: features and their types, rows, the last row. Where the pace of arrivals is watched there is evidence about
 * it, once the first windows are learned.
 */
export function arrivalFindings(
  input: WindowInput,
  reference: Reference,
  previous: MonitorState,
  weight: number,
  level: number,
): { readonly findings: Finding[]; readonly paces: MonitorState['paces'] } {
  const { paces: now, evidence } = watchPaces(input, reference, previous, weight, level);
  return { findings: findingsOf(input, reference, evidence), paces: now };
}

function findingsOf(input: WindowInput, reference: Reference, evidence: PaceEvidence): Finding[] {
  const schema = schemaContent(reference, input.profile);
  const volume = volumeContent(reference, input.profile, input);
  const { expectedRows: expected, secondsSinceLastRow: last } = volume.statistics;
  const known = { volume: evidence.volume ?? null, freshness: evidence.freshness ?? null };
  const schemaFinding = { ...windowFinding(input, schemaSignal, schema, null), verdict: schema.verdict };
  const volumeFinding =
    known.volume === null
      ? { ...windowFinding(input, volumeSignal, volume, null), verdict: volume.verdict }
      : windowFinding(
          input,
          volumeSignal,
          { ...volume, sentence: volumeEvidenceSentence(volume.rows, expected?.value ?? null, known.volume) },
          known.volume,
        );
  if (input.settings.arrivals === 'shown') return [schemaFinding, volumeFinding];
  const freshness: FindingContent = {
    kind: 'data_quality',
    rows: volume.rows,
    statistics: last === undefined ? {} : { secondsSinceLastRow: last },
    sentence: freshnessSentence(last?.value ?? null, known.freshness),
  };
  return [schemaFinding, volumeFinding, windowFinding(input, paceSignal('freshness'), freshness, known.freshness)];
}

type PaceEvidence = Readonly<Partial<Record<PaceName, Evidence>>>;

function watchPaces(
  input: WindowInput,
  reference: Reference,
  previous: MonitorState,
  weight: number,
  level: number,
): { readonly paces: MonitorState['paces']; readonly evidence: PaceEvidence } {
  if (input.settings.arrivals === 'shown') return { paces: {}, evidence: {} };
  const known: Partial<Record<PaceName, Pace>> = { ...previous.paces };
  const evidence: Partial<Record<PaceName, Evidence>> = {};
  for (const name of paces) {
    const statistic = paceOf(name, { ...input, reference });
    if (statistic === null) continue;
    const seed = `${name} ${previous.windows}`;
    const { pace, log } = stepPace(previous.paces[name], statistic, weight, seed);
    const found = log === null ? null : evidenceAt(log, level, null);
    known[name] = found?.alarm === true ? afterAlarm(pace) : pace;
    if (found !== null) evidence[name] = found;
  }
  return { paces: known, evidence };
}
