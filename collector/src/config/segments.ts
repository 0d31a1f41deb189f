import { z } from 'zod';

/**
 * Slices of a model's traffic that are watched by themselves, beside the whole: by the values of a category feature, or of
 * an attribute that events carry. Only declared values have a segment of their own; everything else, and rows without a
 * value, make the segment `other`, so that each row is in one segment of each dimension and their number is known.
 */
export interface SegmentDimension {
  /** Feature, or attribute of the events' groups. */
  readonly by: string;
  readonly values: readonly string[];
}

/** Each costs about what a version costs: a profile a window, and detectors. */
export const maximumSegments = 24;

/** What all values that are not declared are called together. */
export const otherSegment = 'other';

const declaredSegments = z.record(
  z.string().min(1).max(128),
  // YAML reads `0` and `true` as a number and a boolean.
  z.array(z.union([z.string().min(1).max(128), z.number(), z.boolean()]).transform(String)).min(1),
);

export const segmentSettings = declaredSegments
  .superRefine((dimensions, context) => {
    const segments = Object.values(dimensions).reduce((sum, values) => sum + values.length + 1, 0);
    if (segments > maximumSegments) {
      const message = `${segments} segments, with one \`${otherSegment}\` for each dimension; at most ${maximumSegments}: declare fewer values`;
      context.addIssue({ code: 'custom', message });
    }
    for (const [by, values] of Object.entries(dimensions)) {
      const reserved = values.indexOf(otherSegment);
      if (reserved >= 0) {
        const message = `\`${otherSegment}\` is what all values that are not declared are called together`;
        context.addIssue({ code: 'custom', path: [by, reserved], message });
      }
      const repeated = values.findIndex((value, index) => values.indexOf(value) < index);
      if (repeated >= 0) {
        const message = `the value "${values[repeated]}" is declared twice`;
        context.addIssue({ code: 'custom', path: [by, repeated], message });
      }
    }
  })
  .transform((dimensions): SegmentDimension[] =>
    Object.entries(dimensions).map(([by, values]) => ({ by, values: [...values] })),
  );

export interface DeclaredSegment {
  /** `channel=web` */
  readonly segment: string;
  readonly by: string;
  /** `other`: every value that is not declared. */
  readonly value: string;
}

/** Segments of a model in the order of its settings. */
export function declaredSegmentsOf({
  segments,
}: {
  readonly segments: readonly SegmentDimension[];
}): readonly DeclaredSegment[] {
  return segments.flatMap(({ by, values }) =>
    [...values, otherSegment].map((value) => ({ segment: segmentName(by, value), by, value })),
  );
}

export function segmentName(by: string, value: string): string {
  return `${by}=${value}`;
}
