import type { ReportQuery } from '../api/client';

/** Keys of everything read about one model. All start with the same two parts, so an action can refresh them at once. */
export const modelKeys = {
  all: (model: string) => ['model', model] as const,
  detail: (model: string) => ['model', model, 'detail'] as const,
  drift: (model: string, query: ReportQuery) => ['model', model, 'drift', query] as const,
  distribution: (model: string, signal: string, query: ReportQuery) =>
    ['model', model, 'distribution', signal, query] as const,
  dataQuality: (model: string, query: ReportQuery) => ['model', model, 'data-quality', query] as const,
  fairness: (model: string, query: ReportQuery) => ['model', model, 'fairness', query] as const,
  performance: (model: string, query: ReportQuery) => ['model', model, 'performance', query] as const,
  usage: (model: string, query: ReportQuery) => ['model', model, 'usage', query] as const,
  exemplars: (model: string, query: ReportQuery) => ['model', model, 'exemplars', query] as const,
  versions: (model: string) => ['model', model, 'versions'] as const,
  alerts: (model: string) => ['model', model, 'alerts'] as const,
  retrainJobs: (model: string) => ['model', model, 'retrain-jobs'] as const,
  retrainRecommendation: (model: string) => ['model', model, 'retrain'] as const,
};
