import type { DataFrame, TimeRange } from '@grafana/data';
import { namePeople } from '../format/people';
import { t } from '../i18n';
import type { CollectorReads } from './collectorReads';
import { distributionFrame } from './frames/distributionFrame';
import { driftFrame } from './frames/driftFrame';
import { eventsFrame } from './frames/eventsFrame';
import { fairnessFrame } from './frames/fairnessFrame';
import { modelsFrame } from './frames/modelsFrame';
import { performanceFrame } from './frames/performanceFrame';
import type { Question } from './query';

/** What could be read, and what could not: one model that fails does not take the others with it. */
export interface Reading {
  readonly frames: readonly DataFrame[];
  readonly failures: readonly unknown[];
}

/** Asks the collector. Never rejects. */
export async function readQuestion(
  collector: CollectorReads,
  question: Question,
  times: Pick<TimeRange, 'from' | 'to'>,
): Promise<Reading> {
  const { report, models, version, segment, signals, statistic, groups } = question;
  const moments = { from: times.from.valueOf(), to: times.to.valueOf() };
  const range = { version, segment, ...moments };

  async function framesOf(model: string): Promise<DataFrame[]> {
    switch (report) {
      case 'models':
        return [];
      case 'drift':
        return [driftFrame(await collector.drift(model, range), statistic, signals)];
      case 'distribution':
        return Promise.all(
          signals.map(async (signal) => distributionFrame(await collector.distribution(model, signal, range))),
        );
      case 'performance':
        return [performanceFrame(await collector.performance(model, range), statistic)];
      case 'fairness':
        return [fairnessFrame(await collector.fairness(model, range), statistic, groups)];
      case 'events':
        // An older collector does not tell what people are called: their subjects do.
        await collector.people().then(namePeople, () => undefined);
        return [eventsFrame(await collector.model(model), moments)];
    }
  }

  async function fleet(): Promise<DataFrame[]> {
    const all = await collector.models();
    return [modelsFrame(models.length === 0 ? all : all.filter(({ model }) => models.includes(model)))];
  }

  if (report !== 'models' && models.length === 0) {
    return {
      frames: [],
      failures: [new Error(t('source.no-model', 'The query names no model: its variable is empty'))],
    };
  }
  const answers = await Promise.allSettled(report === 'models' ? [fleet()] : models.map(framesOf));
  return {
    frames: answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : [])),
    failures: answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason] : [])),
  };
}
