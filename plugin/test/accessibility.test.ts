import { expect, it } from 'vitest';
import { alerts } from './testing/fixtures.ts';
import { openPages } from './testing/pages.ts';
import { seriousIssues } from './testing/seriousIssues.ts';

const { open } = openPages();

const model = '/models/credit-risk';
const pages: readonly (readonly [path: string, shows: string])[] = [
  ['/models', 'credit-risk'],
  [`${model}/overview`, 'What is wrong'],
  [`${model}/drift`, 'Evidence over time'],
  [`${model}/performance`, 'Confusion matrix'],
  [`${model}/fairness`, 'Against male'],
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

it.each(pages.flatMap(([path, shows]) => ['dark', 'light'].map((theme) => [path, theme, shows] as const)))(
  '%s has no serious obstacle for anybody (%s)',
  async (path, theme, shows) => {
    const page = await open(`${path}${path.includes('?') ? '&' : '?'}theme=${theme}`);
    await page.getByText(shows).first().waitFor();
    expect(await seriousIssues(page)).toEqual([]);
  },
);
