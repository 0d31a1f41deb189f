import { describe, expect, it } from 'vitest';
import { alerts, now } from '../../../test/testing/fixtures';
import { type Incident, incidentJson, incidentMarkdown } from './incident';

const [alert] = alerts;
if (alert === undefined) throw new Error('the fixtures have no alert');
const incident: Incident = {
  alert,
  history: [
    {
      at: now,
      eventTime: null,
      transition: 'acknowledged',
      state: 'firing',
      severity: 'page',
      version: '1',
      actor: 'user:olu',
      text: 'I look',
    },
    {
      at: now - 60_000,
      eventTime: now,
      transition: 'fired',
      state: 'firing',
      severity: 'page',
      version: '1',
      actor: 'system:alerts',
      text: 'evidence',
    },
  ],
  changes: [
    {
      at: now - 120_000,
      kind: 'rollout',
      actor: 'user:ada',
      text: '# not a heading\n![x](http://x)',
      minutesBefore: 1,
    },
  ],
  certificates: { certificates: [] },
  exportedAt: now,
};

describe('an exported incident', () => {
  it('is complete for programs', () => {
    expect(JSON.parse(incidentJson(incident))).toMatchObject({
      format: 'plumbline-incident',
      formatVersion: 1,
      ...incident,
    });
  });

  it('tells people what was found, what changed before, and what happened in order of time', () => {
    const text = incidentMarkdown(incident);
    expect(text).toContain(alert.model.replaceAll('-', '-'));
    expect(text.indexOf('Fired')).toBeLessThan(text.indexOf('Acknowledged'));
    expect(text).toContain('2026-11-22 11:58 UTC, Rollout, ada');
  });

  it("does not let other people's text become markup", () => {
    const text = incidentMarkdown(incident);
    expect(text).not.toMatch(/^# not/m);
    expect(text).not.toContain('![x]');
  });
});
