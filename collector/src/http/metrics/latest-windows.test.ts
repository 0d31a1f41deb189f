import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { BriefFinding, Finding } from '../../monitor/finding.ts';
import { putFindings } from '../../store/history.ts';
import type { Store } from '../../store/port.ts';
import { openSqliteStore } from '../../store/sqlite.ts';
import { LatestWindows } from './latest-windows.ts';
import { prometheusText } from './prometheus-text.ts';

const key = { model: 'credit', environment: 'production', version: '1' };

describe('the latest window of a version in /metrics', () => {
  let store: Store;
  let windows: LatestWindows;
  beforeEach(async () => {
    store = await openSqliteStore({ path: ':memory:' });
    windows = new LatestWindows();
  });
  afterEach(() => store.close());

  const find = (from: number, level: number) => {
    // What else a finding holds is not looked at.
    const brief = { kind: 'feature', signal: 'feature:a', level } as BriefFinding;
    const finding = { kind: 'feature', verdict: 'clear' } as Finding;
    return store.transaction((tx) => putFindings(tx, key, { from, to: from + 1_000, findings: [finding] }, [brief]));
  };
  const scrape = () => {
    windows.begin();
    return store.read((tx) => windows.of(tx, key));
  };
  const evidence = 'plumbline_evidence_level{model="credit",environment="production",version="1",signal="feature:a"}';

  test('is read once, and again when its findings or the window are others', async () => {
    expect(await scrape()).toBeUndefined();
    await find(1_000, 0.25);
    const first = await scrape();
    expect(prometheusText(first?.families ?? [])).toContain(`${evidence} 0.25\n`);
    expect(await scrape()).toBe(first);

    await find(1_000, 0.5);
    const corrected = await scrape();
    expect(prometheusText(corrected?.families ?? [])).toContain(`${evidence} 0.5\n`);
    await find(2_000, 0.75);
    expect(await scrape()).toMatchObject({ to: 3_000, strongest: 0.75 });
  });
});
