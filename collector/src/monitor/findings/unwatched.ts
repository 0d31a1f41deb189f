import { groupConfusions, profileTotals } from '../../profile/index.ts';
import type { StreamDetector } from '../detectors/streamDetector.ts';
import {
  fairnessSignal,
  gapSignal,
  isClassification,
  outcomeSignal,
  ratingSignal,
  referenceGroupOf,
} from '../detectors/streams.ts';
import { performanceStatistics } from '../figures/performanceStatistics.ts';
import type { Finding } from '../finding.ts';
import { ratingTypes } from '../ratings.ts';
import { countText } from '../sentences/text.ts';
import {
  type ContentInput,
  type FindingContent,
  ratingContent,
  uncomparedGroupContent,
  unwatchedGroupContent,
} from './findingContent.ts';
import { type WindowInput, windowFinding } from './windowFinding.ts';

/**
 * What cannot be watched against this reference is said, not left out: no data is never a pass. `detectors`: of what can be.
 */
export function unwatched(
  input: WindowInput,
  content: ContentInput,
  detectors: readonly Pick<StreamDetector, 'stream'>[],
): Finding[] {
  const { settings, reference, profile } = content;
  const { task } = reference.shape;
  const watched = new Set(detectors.map(({ stream }) => stream.id));
  const hasGroups = isClassification(task);
  const groups = reference.shape.groups.flatMap(({ attribute }) => {
    // Of answers that are not right or wrong only gaps are watched, and the reference group has none.
    const signalOf = hasGroups ? fairnessSignal : gapSignal;
    const compared = hasGroups ? null : referenceGroupOf(settings, reference.profile, attribute);
    return groupConfusions(reference.profile, attribute).flatMap(({ group, isOther }) => {
      if (group === null || isOther || group === compared) return [];
      const signal = signalOf(attribute, group);
      if (watched.has(signal)) return [];
      const said = hasGroups
        ? unwatchedGroupContent(content, attribute, group)
        : uncomparedGroupContent(attribute, group, compared);
      return [windowFinding(input, signal, said, null)];
    });
  });
  const signal = outcomeSignal(task);
  if (watched.has(signal)) return groups;
  const statistics = performanceStatistics(profile, settings);
  const unlabelled: FindingContent = {
    kind: 'performance',
    rows: profileTotals(profile).labelled,
    statistics,
    sentence: `the reference has too few labels to compare the ${hasGroups ? 'error rate' : 'errors'} with`,
  };
  return [...groups, windowFinding(input, signal, unlabelled, null)];
}

/** Ratings that came, of types that have no detector: numbers to read. */
export function unwatchedRatings(input: WindowInput, watched: readonly StreamDetector[]): Finding[] {
  return ratingTypes.flatMap((type) => {
    const counts = input.arrivals.ratings?.[type];
    const signal = ratingSignal(type);
    if (counts === undefined || watched.some(({ stream }) => stream.id === signal)) return [];
    return [windowFinding(input, signal, ratingContent(type, null, counts, null), null)];
  });
}

/** Before there is a reference every signal that is declared says so. */
export function withoutReference(input: WindowInput): Finding[] {
  const { settings, profile } = input;
  const { rows } = profileTotals(profile);
  const wait =
    'rows' in settings.reference
      ? `the first ${countText(settings.reference.rows)} rows will make it`
      : 'its file has not been read';
  const sentence = `no reference to compare ${countText(rows)} rows with yet: ${wait}`;
  const content = (kind: FindingContent['kind']): FindingContent => ({ kind, rows, statistics: {}, sentence });
  return [
    ...settings.features.map(({ name }) => windowFinding(input, `feature:${name}`, content('feature'), null)),
    windowFinding(input, 'prediction', content('prediction'), null),
    windowFinding(input, outcomeSignal(settings.task), content('performance'), null),
  ];
}
