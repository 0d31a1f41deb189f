import { initPluginTranslations } from '@grafana/i18n';
import { beforeAll, describe, expect, it } from 'vitest';
import { modelDetail } from '../../../../test/testing/fixtures/index';
import { aspectsOf, harmOf } from './diagnosis';

beforeAll(async () => {
  await initPluginTranslations('plumbline-models-app');
});

describe('what is told about a model', () => {
  it('is the worst finding of each aspect', () => {
    const [drift, performance, fairness, dataQuality] = aspectsOf(modelDetail);
    expect(drift?.sentence).toContain('income moved down');
    expect(performance?.sentence).toContain('error rate is 21.3 %');
    expect(fairness?.sentence).toContain('disparate impact ratio of 0.70');
    expect(dataQuality?.health).toBe('ok');
  });

  it('never calls missing outcomes or groups well', () => {
    const unknown = {
      ...modelDetail,
      concerns: [],
      health: { ...modelDetail.health, performance: 'no_data', fairness: 'no_data' } as const,
    };
    expect(harmOf(unknown).map(({ health }) => health)).toEqual(['no_data', 'no_data']);
    for (const { sentence } of harmOf(unknown)) {
      expect(sentence).toMatch(/^Cannot be told yet/);
    }
  });

  it('does not take a finding without enough rows for a concern', () => {
    const [worst, ...rest] = modelDetail.concerns;
    const thin = { ...modelDetail, concerns: [{ ...worst!, verdict: 'insufficient_data' as const }, ...rest] };
    expect(aspectsOf(thin)[0]?.sentence).not.toContain('income moved down');
  });

  it('says so when an aspect is raised without a finding in the latest window', () => {
    expect(aspectsOf({ ...modelDetail, concerns: [] })[0]?.sentence).toContain('An earlier window raised it');
  });
});
