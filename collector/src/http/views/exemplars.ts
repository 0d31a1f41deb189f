import type { ReportInput } from '../../monitor/index.ts';
import { exemplarsOf } from '../../profile/index.ts';
import type { Exemplars } from '../api.ts';

/** Inferences of each window whose traces are worth a look: ids and times, no values. */
export function exemplarReport({ settings, version, from, to, profiles }: ReportInput): Exemplars {
  const windows = profiles.map((window) => ({
    from: window.from,
    to: window.to,
    exemplars: exemplarsOf(window.profile).map(({ reasons, ...ids }) => ({ ...ids, reasons: [...reasons] })),
  }));
  return {
    model: settings.name,
    version,
    from,
    to,
    windows: windows.filter(({ exemplars }) => exemplars.length > 0),
  };
}
