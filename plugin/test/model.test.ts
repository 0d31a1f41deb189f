import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { apiError } from './testing/collector.ts';
import {
  driftReport,
  embeddingDriftReport,
  exemplars,
  fairnessReport,
  modelDetail,
  performanceReport,
  versionList,
  weakSegmentReport,
} from './testing/fixtures/index.ts';
import { tabTo } from './testing/keyboard.ts';
import { openPages } from './testing/pages.ts';

const { collector, host, open } = openPages();
const model = '/models/credit-risk';

describe("a model's page", () => {
  it('opens on its overview', async () => {
    const page = await open(model);
    await page.getByText('What is wrong').waitFor();
    expect(new URL(page.url()).pathname).toMatch(/\/overview$/);
  });

  it('says so when there is no such model', async () => {
    collector().answer('GET', '/v1/models/ghost', {
      status: 404,
      body: apiError('UNKNOWN_MODEL', 'No model ghost is declared.'),
    });
    const page = await open('/models/ghost/overview');
    await page.getByText('There is no such thing as the model ghost').waitFor();
    await page.getByText('No model ghost is declared.').waitFor();
  });

  it('says so when it has no such tab', async () => {
    const page = await open(`${model}/weather`);
    await page.getByText('A model has no tab weather').waitFor();
  });

  it('encodes a name that is not fit for an address', async () => {
    const name = 'risk & reward?';
    collector().answer('GET', `/v1/models/${name}`, { body: { ...modelDetail, model: name } });
    const page = await open(`/models/${encodeURIComponent(name)}/overview`);
    await page.getByRole('heading', { name }).waitFor();
    await page.getByText('What is wrong').waitFor();
  });
});

describe('a Grafana that is served from a path', () => {
  it('has that path in every address of a page, so that a link can be opened in a new tab', async () => {
    const page = await open('/models');
    await page.route(`${host().url}/grafana/**`, async (route) => {
      const answer = await route.fetch({ url: route.request().url().replace('/grafana/', '/') });
      const body = (await answer.text()).replace('"appSubUrl":""', '"appSubUrl":"/grafana"');
      await route.fulfill({ response: answer, body });
    });
    await page.route('**/v1/stream', (route) => route.abort());
    for (const [path, link] of [
      [`${model}/overview`, 'Drift of credit-risk, version 1'],
      ['/alerts/b2e1d4c5f6', 'Versions'],
    ] as const) {
      await page.goto(`${host().url}/grafana/a/plumbline-models-app${path}`);
      await page.getByRole('link', { name: link }).waitFor();
      const addresses = await page
        .locator('main a[href^="/"]')
        .evaluateAll((links) => links.map((one) => one.getAttribute('href')));
      expect(addresses.length).toBeGreaterThan(1);
      expect(addresses.filter((address) => !address?.startsWith('/grafana/'))).toEqual([]);
    }
  });
});

describe('a version that nobody registered', () => {
  it('is named as what answers, and as not promoted', async () => {
    collector().answer('GET', '/v1/models/credit-risk', {
      body: { ...modelDetail, champion: null, version: '2026.11', rollout: null },
    });
    const page = await open(`${model}/overview`);
    await page.getByText('2026.11, not promoted').waitFor();
  });
});

describe('a tab that cannot be read', () => {
  const tabs = [
    ['Drift', 'drift', 'the drift report'],
    ['Performance', 'performance', 'the performance report'],
    ['Fairness', 'fairness', 'the fairness report'],
    ['Data quality', 'data-quality', 'the data quality'],
    ['Traces', 'exemplars', 'the exemplars'],
    ['Versions', 'versions', 'the versions'],
  ] as const;

  it('says whether a permission is missing or something broke, and the others go on', async () => {
    const page = await open(`${model}/alerts`);
    await page.getByRole('heading', { name: 'Audit trail' }).waitFor();
    const answerAll = (status: number, code: string) => {
      for (const [, report] of tabs) {
        collector().answer('GET', `/v1/models/credit-risk/${report}`, { status, body: apiError(code, 'As it is.') });
      }
    };
    answerAll(403, 'FORBIDDEN');
    for (const [tab, , subject] of tabs) {
      await page.getByRole('tab', { name: tab, exact: true }).click();
      await page.getByText(`You may not see ${subject}`).first().waitFor();
    }
    answerAll(500, 'INTERNAL');
    for (const [tab, , subject] of tabs) {
      await page.getByRole('tab', { name: tab, exact: true }).click();
      await page.getByText(`The collector could not read ${subject}`).first().waitFor();
    }
    await page.getByRole('tab', { name: /^Alerts/ }).click();
    await page.getByRole('heading', { name: 'Audit trail' }).waitFor();
  });
});

describe('the overview', () => {
  it('answers what is wrong, who is hurt, since when, what changed and what to do', async () => {
    const page = await open(`${model}/overview`);
    await page
      .getByText(/income moved down by 0.42 standard deviations/)
      .first()
      .waitFor();
    await page
      .getByText(/below four fifths/)
      .first()
      .waitFor();
    await page.getByRole('link', { name: 'Drift of credit-risk, version 1' }).waitFor();
    await page.getByText(/Olu is on it/).waitFor();
    await page.getByText('Nobody is on it.').waitFor();
    await page.getByText('Rollout canary started').waitFor();
    await page.getByText(/A roll-back goes to version 1, which is healthy/).waitFor();
    await page.getByRole('row', { name: /channel = app 5,890 Alarm/ }).waitFor();
  });

  it('leads from a finding to its signal', async () => {
    const page = await open(`${model}/overview`);
    await page.getByRole('link', { name: 'Look at income' }).click();
    await page.getByText('income: reference against current').waitFor();
    expect(new URL(page.url()).searchParams.get('signal')).toBe('feature:income');
  });

  it('says that nothing is wrong only when something is known', async () => {
    const well = { drift: 'ok', performance: 'ok', fairness: 'ok', dataQuality: 'ok', overall: 'ok' } as const;
    collector().answer('GET', '/v1/models/credit-risk', { body: { ...modelDetail, concerns: [], health: well } });
    const page = await open(`${model}/overview`);
    await page.getByText(/Nothing: no signal has gathered half/).waitFor();

    const unknown = {
      ...well,
      drift: 'no_data',
      performance: 'no_data',
      fairness: 'no_data',
      overall: 'no_data',
    } as const;
    collector().answer('GET', '/v1/models/credit-risk', { body: { ...modelDetail, concerns: [], health: unknown } });
    await page.getByText(/Nothing can be said yet/).waitFor();
    await page.getByText(/too few outcomes have arrived/).waitFor();
  });

  it('makes no link of a runbook that is not a web address', async () => {
    collector().answer('GET', '/v1/models/credit-risk', { body: { ...modelDetail, runbook: 'javascript:alert(1)' } });
    const page = await open(`${model}/overview`);
    await page.getByText('javascript:alert(1)').waitFor();
    expect(await page.locator('a[href^="javascript"]').count()).toBe(0);
  });
});

describe('the drift tab', () => {
  it('ranks the signals and explains the first one', async () => {
    const page = await open(`${model}/drift`);
    const rows = page.locator('tbody tr');
    await rows.first().waitFor();
    expect(await rows.count()).toBe(driftReport.signals.length);
    expect(await rows.first().innerText()).toContain('162\u00a0%');
    const interval = await rows
      .first()
      .getByText(/^0.290 to 0.330, n 18,240$/)
      .boundingBox();
    expect(interval?.height).toBeLessThan(24); // One line, where it had taken five.
    await page.getByText('income: reference against current').waitFor();
    await page.getByText('Reference, n 5,000').waitFor();
    await page.getByText(/^Current, n 18,240/).waitFor();
    await page
      .getByText('4,560 came, 75 % were thinned; they count as 4,102; 310 were read off spans; values as declared')
      .waitFor();
  });

  it('narrows every report to the segment that is chosen, and keeps it in the address', async () => {
    const page = await open(`${model}/drift`);
    await page.getByRole('combobox', { name: 'Segment' }).click();
    await page.getByRole('option', { name: /channel = app/ }).click();
    await expect.poll(() => new URL(page.url()).searchParams.get('segment')).toBe('channel=app');
    const asked = (path: string) => collector().requests.some(({ url }) => url.includes(path));
    await expect.poll(() => asked('/drift?segment=channel%3Dapp')).toBe(true);
    await expect.poll(() => asked('/distribution?signal=feature%3Aincome&segment=channel%3Dapp')).toBe(true);
  });

  it('shows the signal that is chosen, and keeps it in the address', async () => {
    const page = await open(`${model}/drift`);
    await page.getByRole('button', { name: 'region' }).click();
    await page.getByText('region: reference against current').waitFor();
    await page.getByText('north', { exact: true }).first().waitFor();
    await page.getByText('Hallig Hooge', { exact: true }).waitFor();
    await page.getByText('0.04 % → 0.26 %, z 4.81').waitFor();
    await page.reload();
    await page.getByText('region: reference against current').waitFor();
  });

  it('asks for the version in the address', async () => {
    const page = await open(`${model}/drift?version=2`);
    await page.locator('tbody tr').first().waitFor();
    expect(collector().requests.map(({ url }) => url)).toContain('/v1/models/credit-risk/drift?version=2');
  });

  it('explains how a reference comes about when there is none', async () => {
    collector().answer('GET', '/v1/models/credit-risk/drift', {
      body: { ...driftReport, reference: null, signals: [] },
    });
    const page = await open(`${model}/drift`);
    await page.getByText('This version has no reference yet').waitFor();
  });

  it('says how an embedding moved as a whole, leads to the projection that moved most, and says where no rows are kept', async () => {
    const drift = '/v1/models/credit-risk/drift';
    collector().answer('GET', drift, { body: embeddingDriftReport });
    const page = await open(`${model}/drift`);
    const embedding = page.getByRole('region', { name: /^Embedding query/ });
    await embedding.getByText('chance alone stays below 0.013', { exact: true }).waitFor();
    await embedding.getByText('as by chance, which stays below 0.004').waitFor();
    await embedding.getByText('0.680 to 0.740, n 250').waitFor();
    await embedding.getByRole('button', { name: 'query.projection_11' }).click();
    await page.getByText('query.projection_11: reference against current').waitFor();
    const [of] = embeddingDriftReport.embeddings!;
    const embeddings = [{ ...of!, domainClassifierArea: null, maximumMeanDiscrepancy: null }];
    collector().answer('GET', drift, { body: { ...embeddingDriftReport, embeddings } });
    await collector().listening();
    collector().announce('window', 'credit-risk');
    await page.getByText('Not known: needs sampledRows').nth(1).waitFor();
  });

  it('keeps the ranking when the distribution cannot be read', async () => {
    collector().answer('GET', '/v1/models/credit-risk/distribution', {
      status: 500,
      body: apiError('INTERNAL', 'Bins are broken.'),
    });
    const page = await open(`${model}/drift`);
    await page.getByText('Bins are broken.').waitFor();
    expect(await page.locator('tbody tr').count()).toBe(driftReport.signals.length);
  });
});

describe('the fairness tab', () => {
  it('compares groups with the reference group, and draws the four-fifths line', async () => {
    const page = await open(`${model}/fairness`);
    await page.getByText('Four fifths of male: 47.1 %').waitFor();
    await page.getByText('reference group, n 10,139').waitFor();
    await page.getByText('0.699').waitFor();
  });

  it('explains a group that is hidden, and shows no number of it', async () => {
    const page = await open(`${model}/fairness`);
    await page.getByText('Hidden: not stated').waitFor();
    await page.getByText('hidden: n<30', { exact: true }).waitFor();
    await page.getByText('not stated: one row in a thousand is of this group: its rates cannot be told').waitFor();
    await page.getByText('female: fewer of its outcomes are known than of the reference group').waitFor();
  });

  it('says of every group whether a score means the same there', async () => {
    const page = await open(`${model}/fairness`);
    const scores = page.getByRole('region', { name: 'Scores of each group' });
    await scores
      .getByRole('row', { name: /^female/ })
      .getByText('0.790')
      .waitFor();
    await page.getByText('Calibration, female').waitFor();
  });

  it('draws the four-fifths line for selection rates only', async () => {
    const page = await open(`${model}/fairness?rate=accuracy`);
    await page.getByText('Accuracy by sex').waitFor();
    expect(await page.getByText(/Four fifths/).count()).toBe(0);
  });

  it('shows another attribute', async () => {
    const page = await open(`${model}/fairness`);
    await page.getByRole('radio', { name: 'age_band' }).check({ force: true });
    await page.getByText('Selection rate by age_band').waitFor();
    expect(new URL(page.url()).searchParams.get('attribute')).toBe('age_band');
  });

  it('does not call a model fair when no attribute is recorded', async () => {
    collector().answer('GET', '/v1/models/credit-risk/fairness', { body: { ...fairnessReport, attributes: [] } });
    const page = await open(`${model}/fairness`);
    await page.getByText('No sensitive attribute is recorded').waitFor();
  });
});

describe('the traces tab', () => {
  it('leads from an inference to its trace in Explore, the newest first', async () => {
    host().configure({ tracingDataSource: 'tempo-1' });
    const page = await open(`${model}/traces`);
    const links = page.getByRole('link', { name: /^[0-9a-f]{32}$/ });
    await links.first().waitFor();
    expect(await links.allInnerTexts()).toEqual([
      '00f067aa0ba902b7a3ce929d0e0e4736',
      '4bf92f3577b34da6a3ce929d0e0e4736',
    ]);
    const { pathname, searchParams } = new URL((await links.first().getAttribute('href')) ?? '', page.url());
    expect(pathname).toBe('/explore');
    expect(JSON.parse(searchParams.get('panes') ?? '{}').trace).toMatchObject({
      datasource: 'tempo-1',
      queries: [{ queryType: 'traceql', query: '00f067aa0ba902b7a3ce929d0e0e4736' }],
    });
    await page.getByRole('radio', { name: 'Random' }).check({ force: true });
    await links.nth(1).waitFor({ state: 'detached' });
    expect(await links.allInnerTexts()).toEqual(['4bf92f3577b34da6a3ce929d0e0e4736']);
    expect(new URL(page.url()).searchParams.get('reason')).toBe('random');
  });

  it('shows fifty at a time', async () => {
    const [window] = exemplars.windows;
    const many = Array.from({ length: 120 }, (_, index) => ({ ...window!.exemplars[0]!, inferenceId: `row ${index}` }));
    const windows = [{ ...window!, exemplars: many }];
    collector().answer('GET', '/v1/models/credit-risk/exemplars', { body: { ...exemplars, windows } });
    const page = await open(`${model}/traces`);
    await page.getByText('1 to 50 of 120').waitFor();
    await page.getByText('row 119', { exact: true }).waitFor();
    await page.getByRole('button', { name: '3', exact: true }).click();
    await page.getByText('101 to 120 of 120').waitFor();
    await page.getByText('row 0', { exact: true }).waitFor();
    expect(await page.getByText('row 119', { exact: true }).count()).toBe(0);
  });

  it('says what to do without a tracing data source, and without traces', async () => {
    const page = await open(`${model}/traces`);
    await page.getByText('No tracing data source is chosen').waitFor();
    await page.getByRole('button', { name: 'Copy trace id 4bf92f3577b34da6a3ce929d0e0e4736' }).waitFor();
    collector().answer('GET', '/v1/models/credit-risk/exemplars', { body: { ...exemplars, windows: [] } });
    await page.getByText('No inference with a trace is kept here').waitFor();
  });
});

describe('the tab of a language model', () => {
  it('tells what calls take, beside the reference, and what people say of the answers', async () => {
    const page = await open('/models/assistant/llm');
    const tile = (name: string) => page.getByRole('region', { name, exact: true });
    await tile('Cost').getByText('$0.0005', { exact: true }).waitFor();
    await tile('Cost').getByText('$4.56 in all').waitFor();
    await tile('Cost').getByText('reference $0.0004').waitFor();
    await tile('Input tokens').getByText('600', { exact: true }).waitFor();
    await tile('Time to the first token').getByText('median; 95 % within 1.58 s').waitFor();
    await tile('Latency').getByText('2.36 s', { exact: true }).waitFor();
    await tile('Calls').getByText('2.1 % failed').waitFor();
    // Never recorded is not zero.
    expect(await tile('Reasoning tokens').count()).toBe(0);
    await page.getByText('feedback got worse: mean 0.85 → 0.6').waitFor();
    await page.getByText(/needs ratings: \[evaluation\] in the settings/).waitFor();
    const signals = page.getByRole('table').first();
    expect(await signals.innerText()).toContain('time_to_first_token_ms');
    expect(await signals.innerText()).not.toContain('language');
  });

  it('draws the amount that is chosen over time, and keeps it in the address', async () => {
    const page = await open('/models/assistant/llm');
    await page.getByRole('img', { name: 'All calls of a window over 24 windows' }).waitFor();
    await page.getByRole('combobox', { name: 'Amount' }).click();
    await page.getByRole('option', { name: 'Latency' }).click();
    await page.getByRole('img', { name: '95 % of the calls within over 24 windows' }).waitFor();
    expect(new URL(page.url()).searchParams.get('statistic')).toBe('latency');
  });

  it('says what is missing, or what broke, of each part by itself', async () => {
    const usage = '/v1/models/assistant/usage';
    collector().answer('GET', usage, { status: 403, body: apiError('FORBIDDEN', 'As it is.') });
    const page = await open('/models/assistant/llm');
    await page.getByText('You may not see what its calls take').waitFor();
    await page.getByText('feedback got worse: mean 0.85 → 0.6').waitFor();
    collector().answer('GET', usage, { status: 500, body: apiError('INTERNAL', 'As it is.') });
    const broken = await open('/models/assistant/llm');
    await broken.getByText('The collector could not read what its calls take').waitFor();
    await broken.getByText('Signals by impact').waitFor();
  });

  it('is not offered for a model that is none, and says there how it would be', async () => {
    const page = await open(`${model}/drift`);
    await page.getByText('Signals by impact').waitFor();
    expect(await page.getByRole('tab', { name: 'LLM' }).count()).toBe(0);
    await page.goto(`${host().url}/a/plumbline-models-app${model}/llm`);
    await page.getByText('No signal of a language model is recorded').waitFor();
  });
});

describe('the performance tab', () => {
  it('shows ratings where nobody labels', async () => {
    const page = await open('/models/assistant/performance');
    await page.getByText('feedback got worse: mean 0.85 → 0.6').waitFor();
    await page.getByText('No labels have arrived yet').waitFor();
  });

  it('gives every statistic with its interval, and says that it is provisional', async () => {
    const page = await open(`${model}/performance`);
    const accuracy = page.getByRole('region', { name: 'Accuracy' });
    await accuracy.waitFor();
    const text = await accuracy.innerText();
    expect(text).toContain('78.7\u00a0%');
    expect(text).toContain('77.9\u00a0% to 79.5\u00a0%');
    expect(text).toContain('n 176,900, provisional');
    await page.getByText('176,900 of 341,200 rows (51.8 %)').waitFor();
    await page.getByText('62,057').waitFor();
    await page.getByText('Evidence: Error rate').waitFor();
    await page.getByText(/half of the alarm level is passed/).waitFor();
  });

  it('shows statistics it has never heard of: named, with their units, and none cut off', async () => {
    const statistics = Object.fromEntries(
      ['accuracy', 'macroF1', 'matthewsCorrelation', 'brierScore', 'meanAbsoluteError', 'somethingEntirelyNew'].map(
        (name) => [name, { value: 0.31, low: 0.29, high: 0.33, n: 900 }],
      ),
    );
    const windows = performanceReport.windows.map((window) => ({ ...window, statistics }));
    collector().answer('GET', '/v1/models/credit-risk/performance', {
      body: { ...performanceReport, statistics, windows },
    });
    const page = await open(`${model}/performance?statistic=somethingEntirelyNew`);
    await page.getByRole('heading', { name: 'Are the probabilities true?' }).waitFor();
    expect(await page.getByLabel('Macro F1').innerText()).toContain('31\u00a0%');
    expect(await page.getByLabel('Brier score').innerText()).toContain('0 is perfect, lower is better');
    expect(await page.getByLabel('Something entirely new', { exact: true }).innerText()).toContain('0.310');
    expect(await page.getByRole('combobox', { name: 'Statistic' }).inputValue()).toBe('Something entirely new');
    await page.setViewportSize({ width: 1280, height: 900 });
    const overflow = await page.getByRole('main').evaluate((main) => main.scrollWidth - main.clientWidth);
    expect(overflow).toBeLessThanOrEqual(0);
  });

  it('shows another statistic over time', async () => {
    const page = await open(`${model}/performance`);
    await page.getByRole('radio', { name: 'Recall' }).check({ force: true });
    await page.getByRole('img', { name: /^Recall over/ }).waitFor();
  });

  it('keeps its axis when the last window has a single label, and says that it ends at the edge', async () => {
    const windows = performanceReport.windows.with(-1, {
      ...performanceReport.windows.at(-1)!,
      labelledRows: 1,
      statistics: { accuracy: { value: 0, low: 0, high: 0.975, n: 1 } },
    });
    collector().answer('GET', '/v1/models/credit-risk/performance', { body: { ...performanceReport, windows } });
    const page = await open(`${model}/performance`);
    const chart = page.getByRole('img', { name: /^Accuracy over/ });
    await page.getByText('Cut off at the edge: windows of few rows').waitFor();
    expect(await chart.getByText(/ %$/).allTextContents()).not.toContain('0 %');
  });

  it('draws what was expected of open windows beside what was seen, says what that assumes, and hides what was off', async () => {
    const page = await open(`${model}/performance`);
    const legend = page.getByText('Estimated before labels, with 95 % interval: assumes no concept drift');
    const dashed = page.locator('svg polyline[stroke-dasharray]');
    const hoverLast = async (name: RegExp) => {
      const chart = page.getByRole('img', { name });
      const { width, height } = (await chart.boundingBox())!;
      await chart.hover({ position: { x: width - 20, y: height / 2 } });
    };
    await legend.waitFor();
    expect(await dashed.count()).toBe(1);
    await hoverLast(/^Accuracy over/);
    await page.getByText(/^Before labels: 77.2\s% \(76\s% to 78.4\s%\), n 14,200$/).waitFor();
    await page.getByRole('radio', { name: 'Recall' }).check({ force: true });
    await hoverLast(/^Recall over/);
    await page.getByText('Before labels: Hidden: off by 0.04 on average where labels came, more than 0.03').waitFor();
    expect([await dashed.count(), await legend.count()]).toEqual([0, 0]);
  });

  it('says what to expect before labels come, how far that was off, and why some of it is hidden', async () => {
    const page = await open(`${model}/performance`);
    const before = page.getByRole('region', { name: 'Before labels' });
    await before.getByText('on average over 16 stretches of final windows').waitFor();
    await before.getByText(/^No concept drift/).waitFor();
    await before.getByText(/164,300 predictions .* 20.5\s% are expected to be wrong: by CBPE/).waitFor();
    const recall = before.getByRole('row', { name: /^Recall/ });
    expect(await recall.innerText()).toContain('Hidden: off by 0.04 on average where labels came');
    await before.getByText('Error rate by method (4)').click();
    await before.getByRole('row', { name: /^Calibrated scores \(CBPE\) Off least/ }).waitFor();
  });

  it('says how outcomes come about when there are none, and what to expect though nothing has tested it', async () => {
    const { expectedErrors } = performanceReport;
    const backTest = {
      value: null,
      low: null,
      high: null,
      n: 0,
      suppressed: 'fewer than 1000 labels in final windows',
    };
    const methods = expectedErrors!.beforeLabels!.methods.map((method) => ({ ...method, backTest }));
    const beforeLabels = { ...expectedErrors!.beforeLabels!, chosen: null, methods };
    const answer = (expected: object) =>
      collector().answer('GET', '/v1/models/credit-risk/performance', {
        body: { ...performanceReport, labelledRows: 0, expectedErrors: { ...expectedErrors, ...expected } },
      });
    answer({ backTest, beforeLabels });
    const page = await open(`${model}/performance`);
    await page.getByText('No labels have arrived yet').waitFor();
    await page.getByText(/^Estimated before labels, with/).waitFor();
    await page.getByText(/^Not tested yet/).waitFor();
    await page.getByText(/No estimate for them has been tested yet/).waitFor();
    const tooFar = { ...backTest, value: 0.2, high: 0.03, n: 3, suppressed: undefined };
    answer({
      backTest: tooFar,
      beforeLabels: { ...beforeLabels, methods: methods.map((method) => ({ ...method, backTest: tooFar })) },
    });
    await collector().listening();
    collector().announce('window', 'credit-risk');
    await page
      .getByText('on average over 3 stretches of final windows: do not trust it where labels are missing')
      .waitFor();
    await page.getByText(/every method was off by more than 3 percentage points/).waitFor();
  });
});

describe('where errors gather', () => {
  const path = '/v1/models/credit-risk/weak-segments';
  const panel = (page: Page) => page.getByRole('region', { name: 'Where errors gather' });

  it('tells the segments, how much worse each is than all rows, and which of how many other rows confirm', async () => {
    const page = await open(`${model}/performance`);
    const [confirmed, chance] = [/income below 21k and region north/, /^age from 71/].map((name) =>
      panel(page).getByRole('row', { name }),
    );
    await confirmed!.first().waitFor();
    expect((await confirmed!.first().innerText()).replaceAll(/\s+/g, ' ')).toBe(
      'income below 21k and region north 8.8 % 31.2 % 26.8 % to 35.6 %, n 430 12.4 % Confirmed',
    );
    expect(await chance!.innerText()).toMatch(/Not confirmed$/);
    await panel(page)
      .getByText(/^Wrong: 12.4\s% of 9,812 sampled rows with final outcomes/)
      .waitFor();
    await panel(page)
      .getByText(/^2 tested, 1 confirmed: .* at most 5\s% are expected to be no weak segments/)
      .waitFor();
    await panel(page)
      .getByText(/12 periods of 7\sd searched, 41 segments tested/)
      .waitFor();
    const onRecord = panel(page).getByText('Confirmed on record: the latest 1');
    await tabTo(page, onRecord);
    await page.keyboard.press('Enter');
    await panel(page)
      .getByText(/29.8 % wrong instead of 12.1 %/)
      .waitFor();
  });

  it('says what is counted of numbers; why there is none, and what it takes', async () => {
    const page = await open(`${model}/performance`);
    const none = { ...weakSegmentReport, segments: [], record: null };
    for (const [body, text] of [
      [{ ...weakSegmentReport, trouble: 'large_error', threshold: 12_400 }, 'Off by more than 12,400 here'],
      [{ ...none, missing: 'sampled_rows' }, /sampledRows in the settings of the model keeps the values/],
      [{ ...none, missing: 'outcomes' }, /that takes 400 sampled rows whose outcomes are final/],
      [none, /^Searched, and found none/],
    ] as const) {
      collector().answer('GET', path, { body });
      await page.reload();
      await panel(page).getByText(text).waitFor();
      expect(await panel(page).getByRole('table').count()).toBe(body.segments.length > 0 ? 1 : 0);
    }
  });

  it('says so where it may not or cannot be read, beside what can', async () => {
    const page = await open(`${model}/performance`);
    for (const [status, code, text] of [
      [403, 'FORBIDDEN', 'You may not see the weak segments'],
      [500, 'INTERNAL', 'The collector could not read the weak segments'],
      [404, 'NOT_FOUND', 'There is nothing here.'],
    ] as const) {
      collector().answer('GET', path, { status, body: apiError(code, 'There is nothing here.') });
      await page.reload();
      await panel(page).getByText(text).waitFor();
      await page.getByRole('region', { name: 'Accuracy' }).waitFor();
    }
  });
});

describe('the versions tab', () => {
  it('sets desired beside observed traffic, and says which instance is behind', async () => {
    const page = await open(`${model}/versions`);
    await page.getByText('Version 2: 10 %').waitFor();
    await page.getByText('Version 2: 9.7 %').waitFor();
    await page.getByText('2 of 3 follow routing revision 14').waitFor();
    await page.getByText('12 dropped: buffer full').waitFor();
  });

  it('sets candidate beside champion on the same rows, with the gates', async () => {
    const page = await open(`${model}/versions`);
    await page.getByText(/Both on the same 2,000 held-out rows/).waitFor();
    await page.getByText('212 labelled rows, 500 are needed').waitFor();
    await page.getByText('Inconclusive').waitFor();
  });

  it('says so when no app follows', async () => {
    collector().answer('GET', '/v1/models/credit-risk/versions', { body: { ...versionList, instances: [] } });
    const page = await open(`${model}/versions`);
    await page.getByText(/nobody follows the routing/).waitFor();
  });

  it('tells how to register the first version', async () => {
    collector().answer('GET', '/v1/models/credit-risk/versions', {
      body: { ...versionList, versions: [], routing: null, observed: [], approvals: [], rollBackTarget: null },
    });
    const page = await open(`${model}/versions`);
    await page.getByText('No version is registered yet').waitFor();
    await page.getByText(/plumbline register credit-risk/).waitFor();
  });

  it('says of a version that has decided nothing yet that there are no rows to compare', async () => {
    collector().answer('GET', '/v1/models/credit-risk/performance', ({ url }) => ({
      body: url.includes('version=3') ? { ...performanceReport, from: 0, to: 0, statistics: {} } : performanceReport,
    }));
    const page = await open(`${model}/versions?version=3`);
    await page.getByRole('cell', { name: 'no rows yet' }).waitFor();
    expect(await page.getByText('1970').count()).toBe(0);
  });
});

describe('the alerts tab', () => {
  it('shows open alerts first, who is on them, and the audit trail', async () => {
    const page = await open(`${model}/alerts`);
    await page.getByText(/Olu is on it since/).waitFor();
    await page.getByText(/Fired .* resolved/).waitFor();
    await page.getByRole('cell', { name: 'Shadow agrees' }).waitFor();
    await page.getByRole('button', { name: 'Acknowledge', exact: true }).waitFor();
  });

  it('is glad when there has never been one', async () => {
    collector().answer('GET', '/v1/alerts', { body: { items: [], nextCursor: null } });
    const page = await open(`${model}/alerts`);
    await page.getByText('This model has never raised an alert').waitFor();
  });
});
