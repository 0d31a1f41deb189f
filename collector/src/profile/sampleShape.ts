import { identifyShape, type ProfileShape } from './shape.ts';

/** A shape for tests: of a binary classification without signals, scores or groups, unless said otherwise. */
export function sampleShape(changes: Partial<Omit<ProfileShape, 'id'>> = {}): ProfileShape {
  return identifyShape({
    task: 'binary_classification',
    signals: [],
    scoreBins: null,
    positive: 'yes',
    favourable: null,
    classes: [],
    groups: [],
    residualScale: 1,
    ...changes,
  });
}
