import { expect, it } from 'vitest';
import { alerts } from './testing/fixtures/index.ts';
import { openPages } from './testing/pages.ts';
import { seriousIssues } from './testing/seriousIssues.ts';
import { type Stop, walk } from './testing/walk.ts';

const { open } = openPages();

const model = '/models/credit-risk';
const pages: readonly Stop[] = [
  ['/models', 'credit-risk'],
  [`${model}/overview`, 'What is wrong'],
  [`${model}/drift`, 'Evidence over time'],
  [`${model}/performance`, 'Confusion matrix'],
  [`${model}/fairness`, 'Against male'],
  ['/models/assistant/llm', 'Evaluation scores'],
  [`${model}/data-quality`, 'Checks in the latest window'],
  [`${model}/traces`, 'Inferences to look at'],
  [`${model}/versions`, 'Timeline'],
  [`${model}/alerts`, 'Audit trail'],
  ['/alerts', 'Women are approved less often'],
  ['/alerts?view=silences', 'Campaign until the evening'],
  [`/alerts/${alerts[0]?.id}`, 'What changed before'],
  ['/retrain', 'Try with the newest labels'],
  ['/webhooks', 'Receivers'],
  ['/audit', 'Shadow agrees'],
  ['/settings', 'You are Ada'],
];

it.each(['dark', 'light'])('no page has a serious obstacle for anybody (%s)', async (theme) => {
  const page = await open(`/models?theme=${theme}`);
  const found: string[] = [];
  await walk(page, pages, async (path) => {
    found.push(...(await seriousIssues(page)).map((issue) => `${path}: ${issue}`));
  });
  expect(found).toEqual([]);
});
