import { expect, it } from 'vitest';
import { versionList } from '../../../../test/testing/fixtures/index';
import { versionSpans } from './versionSpans';

it('tells what a version was when, and that it still is what it became last', () => {
  const [version] = versionList.versions.filter(({ history }) => history.length > 1);
  if (version === undefined) throw new Error('no version of the fixtures has a history');
  const until = Math.max(...version.history.map(({ at }) => at)) + 1_000;
  const spans = versionSpans([version], until);
  expect(spans).toHaveLength(version.history.length);
  expect(spans.at(-1)).toMatchObject({ state: version.state, to: until });
  for (const [index, { to }] of spans.slice(0, -1).entries()) {
    expect(to).toBe(spans[index + 1]?.from);
  }
});

it('begins with the registration of a version without a history', () => {
  const [version] = versionList.versions;
  if (version === undefined) throw new Error('the fixtures have no version');
  const spans = versionSpans([{ ...version, history: [] }], version.registeredAt + 5);
  expect(spans).toEqual([
    { version: version.version, state: version.state, from: version.registeredAt, to: version.registeredAt + 5 },
  ]);
});
