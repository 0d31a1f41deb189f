import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fairnessReport, performanceReport, provenFinding } from '../http/api.ts';
import { seededRandom } from '../statistics/simulate.ts';
import { replay } from './replay.ts';
import { type ReplayDocument, type ReplayGroup, replayDocument } from './replay-document.ts';
import { readReplayOptions } from './replay-options.ts';
import { runPlumbline } from './testing/plumbline-process.ts';

const specs = join(import.meta.dirname, '../../../test/specs');
const data = process.env.PLUMBLINE_DATA ?? '';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-replay-'));
});
afterAll(() => rm(folder, { recursive: true }));

const plumbline = (...args: string[]) => runPlumbline(args);

async function replayed(...args: string[]): Promise<ReplayDocument> {
  const { code, stdout, stderr } = await plumbline('replay', ...args, '--json');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  // One document and nothing else; its shape is checked by the tests.
  return JSON.parse(stdout) as ReplayDocument;
}

async function file(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

function dataFile(name: string): string {
  return join(data, name);
}

function groupOf(document: ReplayDocument, attribute: string, group: string): ReplayGroup {
  const found = document.fairness.find((candidate) => candidate.attribute === attribute && candidate.group === group);
  if (found === undefined) throw new Error(`no group ${attribute}=${group}`);
  return found;
}

function value({ statistics }: ReplayGroup, name: string): number {
  return statistics[name]?.value ?? Number.NaN;
}

function alarmed(document: ReplayDocument): string[] {
  const signals = document.windows.flatMap(({ findings }) =>
    findings.filter(({ verdict }) => verdict === 'alarm').map(({ signal }) => signal),
  );
  return [...new Set(signals)].sort();
}

/** ProPublica's table, and values computed from the same file with numpy and scipy. */
describe.skipIf(!existsSync(dataFile('compas.csv')))('replay of COMPAS (needs PLUMBLINE_DATA)', () => {
  let document: ReplayDocument;
  beforeAll(async () => {
    document = await replayed(dataFile('compas.csv'), '--spec', join(specs, 'compas.yaml'));
  });

  test('gives the published fairness of African-American against Caucasian defendants', () => {
    const black = groupOf(document, 'race', 'African-American');
    const white = groupOf(document, 'race', 'Caucasian');
    expect(black).toMatchObject({ reference: 'Caucasian', rows: 3_696 });
    expect(white).toMatchObject({ reference: 'Caucasian', rows: 2_454 });
    expect(value(black, 'statisticalParityDifference')).toBeCloseTo(-0.2402, 6);
    const ratio = black.statistics.disparateImpactRatio;
    expect(ratio?.value).toBeCloseTo(0.631593, 6);
    expect(ratio?.low).toBeCloseTo(0.601892, 6);
    expect(ratio?.high).toBeCloseTo(0.66276, 6);
    expect(value(black, 'falsePositiveRate')).toBeCloseTo(0.448468, 6);
    expect(value(white, 'falsePositiveRate')).toBeCloseTo(0.234543, 6);
    expect(value(black, 'falseNegativeRate')).toBeCloseTo(0.279853, 6);
    expect(value(white, 'falseNegativeRate')).toBeCloseTo(0.477226, 6);
    expect(value(black, 'equalOpportunityDifference')).toBeCloseTo(0.197373, 6);
    expect(value(black, 'falsePositiveRateDifference')).toBeCloseTo(0.213925, 6);
    expect(value(black, 'predictiveParityDifference')).toBeCloseTo(0.03838, 6);
  });

  test('gives the performance over all rows', () => {
    const { statistics, confusion, labelledRows } = document.performance;
    expect(document.rows).toBe(7_214);
    expect(document.windows.at(-1)?.to).toBe(7_214);
    expect(labelledRows).toBe(7_214);
    expect(confusion).toEqual({ truePositive: 2_035, falsePositive: 1_282, falseNegative: 1_216, trueNegative: 2_681 });
    expect(statistics.accuracy?.value).toBeCloseTo(0.653729, 6);
    expect(statistics.precision?.value).toBeCloseTo(0.613506, 6);
    expect(statistics.f1?.value).toBeCloseTo(0.619671, 6);
    expect(statistics.areaUnderCurve?.value).toBeCloseTo(0.702166, 6);
  });

  test('says nothing about 18 people', () => {
    const few = groupOf(document, 'race', 'Native American');
    expect(few.rows).toBeNull();
    expect(few.statistics.statisticalParityDifference).toEqual({
      value: null,
      low: null,
      high: null,
      n: 0,
      suppressed: 'n<30',
    });
  });

  test('gives the published ranking within and across races', () => {
    const black = groupOf(document, 'race', 'African-American');
    const white = groupOf(document, 'race', 'Caucasian');
    expect(value(black, 'areaUnderCurve')).toBeCloseTo(0.691834, 6);
    expect(value(white, 'areaUnderCurve')).toBeCloseTo(0.693146, 6);
    expect(value(black, 'areaUnderCurveDifference')).toBeCloseTo(-0.001312, 6);
    expect(value(black, 'backgroundPositiveSubgroupNegativeArea')).toBeCloseTo(0.527483, 6);
    expect(value(black, 'backgroundNegativeSubgroupPositiveArea')).toBeCloseTo(0.82438, 6);
  });

  test('gives the demographic disparity, also among defendants with a like number of priors', async () => {
    const bands = Object.fromEntries(
      Array.from({ length: 60 }, (_, priors) => [priors, `${Math.min(priors / 3, 4) | 0}`]),
    );
    const source = await readFile(join(specs, 'compas.yaml'), 'utf8');
    const spec = source
      .replace(
        /\{ name: priors_count.*\}/,
        `{ name: priors_count, role: feature, type: category, values: ${JSON.stringify(bands)} }`,
      )
      .replace('attribute: race,', 'attribute: race, conditionOn: priors_count,');
    const file = join(await mkdtemp(join(tmpdir(), 'plumbline-')), 'spec.yaml');
    await writeFile(file, spec);
    const alike = groupOf(await replayed(dataFile('compas.csv'), '--spec', file), 'race', 'African-American');
    expect(value(alike, 'demographicDisparity')).toBeCloseTo(0.264855, 6);
    expect(value(alike, 'conditionalDemographicDisparity')).toBeCloseTo(0.219847, 6);
  });

  test('finds the same in windows of time, whatever their length', async () => {
    const monthly = await replayed(dataFile('compas.csv'), '--spec', join(specs, 'compas.yaml'), '--window', '30d');
    expect(monthly.unit).toBe('milliseconds');
    expect(new Date(monthly.windows[0]?.from ?? 0).getUTCFullYear()).toBe(2012);
    expect(monthly.windows.reduce((sum, window) => sum + window.rows, 0)).toBe(7_214);
    expect(monthly.fairness).toEqual(document.fairness);
    expect(monthly.performance.confusion).toEqual(document.performance.confusion);
  });
});

describe.skipIf(!existsSync(dataFile('german.csv')))('replay of German credit (needs PLUMBLINE_DATA)', () => {
  test('gives the known gaps by age and sex, and no drift between rows in random order', async () => {
    const document = await replayed(dataFile('german.csv'), '--spec', join(specs, 'german.yaml'));
    const youth = groupOf(document, 'age', 'youth');
    expect(youth.rows).toBe(149);
    expect(value(youth, 'statisticalParityDifference')).toBeCloseTo(-0.12855, 6);
    expect(value(youth, 'disparateImpactRatio')).toBeCloseTo(0.821248, 6);
    const female = groupOf(document, 'sex', 'female');
    expect(value(female, 'statisticalParityDifference')).toBeCloseTo(-0.074801, 6);
    expect(value(female, 'disparateImpactRatio')).toBeCloseTo(0.896567, 6);
    expect(female.statistics.falsePositiveRate?.suppressed).toBe('no labels');
    expect(alarmed(document)).toEqual([]);
  });
});

describe.skipIf(!existsSync(dataFile('weather.csv')))('replay of fifty years of weather (needs PLUMBLINE_DATA)', () => {
  test('finds the drift against the first five years and draws it', async () => {
    const args = [
      dataFile('weather.csv'),
      '--spec',
      join(specs, 'weather.yaml'),
      '--window',
      '365',
      '--reference',
      '1825',
    ];
    const document = await replayed(...args);
    expect(document.rows).toBe(18_159);
    expect(document.windows).toHaveLength(50);
    expect(document.windows.filter(({ inReference }) => inReference)).toHaveLength(5);
    expect(alarmed(document).length).toBeGreaterThan(0);
    expect(document.alerts[0]).toMatchObject({ kind: 'drift' });
    const { code, stdout } = await plumbline('replay', ...args);
    expect(code).toBe(0);
    for (const signal of alarmed(document)) {
      const name = signal.replace('feature:', '');
      expect(stdout).toMatch(new RegExp(`^${name} +·+[▁-█]*█[▁-█]* +\\d+ % +\\d+ +·+[▁-█]+ `, 'm'));
      expect(stdout).toMatch(new RegExp(`ALARM ${name} .*; evidence \\d{3} % of the alarm level`));
    }
  });

  test('does not alarm when the days are shuffled', async () => {
    const [header = '', ...days] = (await readFile(dataFile('weather.csv'), 'utf8')).trimEnd().split('\n');
    for (const seed of [1, 2, 3]) {
      const path = await file(`shuffled-${seed}.csv`, [header, ...shuffled(days, seed)].join('\n'));
      const document = await replayed(path, '--spec', join(specs, 'weather.yaml'));
      expect(alarmed(document), `seed ${seed}`).toEqual([]);
      expect(document.alerts).toEqual([]);
    }
  });
});

function shuffled(rows: readonly string[], seed: number): string[] {
  const random = seededRandom(seed);
  const result = [...rows];
  for (let last = result.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    // Both are places of the array.
    [result[last], result[other]] = [result[other] as string, result[last] as string];
  }
  return result;
}

describe('replay', () => {
  const spec = `
model: loans
positive: 1
columns:
  - { name: income, role: feature, type: number }
  - { name: city, role: feature }
  - { name: approved, role: prediction }
  - { name: p, role: score }
  - { name: repaid, role: label }
  - { name: sex, role: group }
groups: [{ attribute: sex, reference: m }]
reference: 2000
window: 200
`;
  /** 2,000 rows as they should be, 2,000 with incomes up by half a standard deviation and worse predictions. */
  function loans(): string {
    const random = seededRandom(7);
    const rows = Array.from({ length: 4_000 }, (_, row) => {
      const shift = row < 2_000 ? 0 : 1;
      const income = 40_000 + 10_000 * (random() + random() + random() - 1.5 + shift / 4);
      const p = random();
      const repaid = random() < (shift === 0 ? p : 1 - p) ? 1 : 0;
      return [
        income.toFixed(2),
        random() < 0.5 ? 'Graz' : 'Wien',
        Number(p > 0.5),
        p.toFixed(4),
        repaid,
        random() < 0.4 ? 'f' : 'm',
      ].join(',');
    });
    return ['income,city,approved,p,repaid,sex', ...rows].join('\n');
  }
  let specPath: string;
  let csvPath: string;
  beforeAll(async () => {
    specPath = await file('loans.yaml', spec);
    csvPath = await file('loans.csv', loans());
  });

  test('prints one JSON document of findings by window, alerts, drift, performance and fairness', async () => {
    const document = await replayed(csvPath, '--spec', specPath);
    expect(Object.keys(document)).toEqual(
      expect.arrayContaining(['rows', 'windows', 'alerts', 'drift', 'performance', 'fairness']),
    );
    expect(document.rows).toBe(4_000);
    expect(document.unit).toBe('rows');
    expect(document.windows.map(({ from, to, rows }) => [from, to, rows])).toEqual(
      Array.from({ length: 20 }, (_, window) => [window * 200, (window + 1) * 200, 200]),
    );
    for (const window of document.windows) {
      for (const found of window.findings) {
        expect(provenFinding.parse(found)).toEqual(found);
        expect([found.from, found.to]).toEqual([window.from, window.to]);
      }
    }
    expect(alarmed(document)).toEqual(expect.arrayContaining(['feature:income', 'performance:error_rate']));
    expect(document.alerts.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['drift', 'performance']));
    const first = document.alerts.find(({ kind }) => kind === 'performance');
    expect(first?.firedAt).toBeGreaterThan(2_000);
    expect(first?.firedAt).toBeLessThanOrEqual(2_600);
    expect(document.drift[0]?.evidenceLevel.slice(0, 10)).toEqual(Array(10).fill(null));
    expect(document.fairness.map(({ group }) => group).sort()).toEqual(['f', 'm']);
    const { statistics, rates } = { rates: {}, ...groupOf(document, 'sex', 'f') };
    expect(fairnessReport.shape.attributes.element.shape.groups.element.shape.statistics.parse(statistics)).toEqual(
      statistics,
    );
    expect(rates).toEqual({});
    expect(performanceReport.shape.statistics.parse(document.performance.statistics)).toEqual(
      document.performance.statistics,
    );
  });

  test('gives findings of segments beside those of the whole, and raises the same alerts', async () => {
    const path = await file('segments.yaml', `${spec}segments: { city: [Graz] }\n`);
    const options = await readReplayOptions([csvPath, '--spec', path, '--reference', '400']);
    const document = replayDocument(await replay(options!, { show() {}, clear() {} }));
    const last = document.windows.at(-1)!;
    const of = (segment: string | undefined) => last.findings.filter((found) => found.segment === segment);
    expect(of('city=Graz').map(({ signal }) => signal)).toEqual(of(undefined).map(({ signal }) => signal));
    const rowsOf = (segment: string | undefined) => of(segment).find(({ signal }) => signal === 'prediction')!.rows;
    expect(rowsOf('city=Graz') + rowsOf('city=other')).toBe(rowsOf(undefined));
    for (const found of last.findings) expect(provenFinding.parse(found)).toEqual(found);
    expect(document.drift.every(({ latest }) => latest.segment === undefined)).toBe(true);
    const alarms = document.windows.flatMap(({ findings }) => findings.filter(({ verdict }) => verdict === 'alarm'));
    expect(alarms.map(({ segment }) => segment)).toContain('city=Graz');
    expect(document.alerts.map(({ kind }) => kind)).toContain('performance');
  });

  test('gives the same document each time', async () => {
    expect(await replayed(csvPath, '--spec', specPath)).toEqual(await replayed(csvPath, '--spec', specPath));
  });

  test('compares with a profile made before as with the rows it was made of', async () => {
    const [header = '', ...rows] = loans().split('\n');
    const past = await file('past.csv', [header, ...rows.slice(0, 2_000)].join('\n'));
    const now = await file('now.csv', [header, ...rows.slice(2_000)].join('\n'));
    const { code, stdout } = await plumbline('profile', past, '--spec', specPath);
    expect(code).toBe(0);
    const reference = await file('reference.json', stdout);
    const apart = await replayed(now, '--spec', specPath, '--reference', reference);
    const together = await replayed(csvPath, '--spec', specPath);
    expect(apart.reference.id).toBe(together.reference.id);
    expect(apart.windows.map(({ inReference }) => inReference)).toEqual(Array(10).fill(false));
    const levels = (document: ReplayDocument) =>
      document.windows
        .slice(-10)
        .map(({ findings }) => findings.map(({ signal, evidence }) => [signal, evidence?.log]));
    expect(levels(apart)).toEqual(levels(together));
    const other = await file('other.csv', 'x\n1\n');
    const otherSpec = await file('other.yaml', 'columns: [{ name: x, role: feature }]');
    expect(await plumbline('replay', other, '--spec', otherSpec, '--reference', reference)).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /^plumbline: BAD_DATA: the reference was made of other data: it has feature "income", "city"/,
      ),
    });
  });

  test('prints findings by window and a table, without colours or a progress bar into a pipe', async () => {
    const { code, stdout, stderr } = await plumbline('replay', csvPath, '--spec', specPath);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).not.toContain('\u001b');
    expect(stdout).toMatch(/^4,000 rows, 10 windows compared with a reference of 2,000 rows$/m);
    expect(stdout).toMatch(/^row 2,\d00 to row 2,\d00: 200 rows$/m);
    expect(stdout).toMatch(
      /ALARM error rate rose: 2\d % → 7\d % of 200 labelled rows \(95 % interval \d+-\d+ %\); evidence \d{3} % of the alarm level/,
    );
    expect(stdout).toMatch(/^income +·{10}[▁-█]{10} /m);
    expect(stdout).toMatch(/^sex=m \(reference\) +2,\d{3} /m);
    expect(stdout).toMatch(/^ {2}performance {2}from row 2,\d00, still open: error rate rose/m);
  });

  test('of fewer rows than the reference takes them all and says that nothing is left to compare', async () => {
    const { code, stdout } = await plumbline('replay', csvPath, '--spec', specPath, '--reference', '10000');
    expect(code).toBe(0);
    expect(stdout).toContain('All rows went into the reference: say --reference with fewer rows');
    expect(stdout).toContain('No alarm in any window.');
  });

  test('counts missing cells and unseen values instead of refusing them', async () => {
    const [header = '', ...rows] = loans().split('\n');
    const broken = rows.map((row, index) =>
      index < 2_000 ? row : row.replace(/^[^,]*,[^,]*/, index % 2 === 0 ? 'NA,Atlantis' : '1e999,Graz'),
    );
    const path = await file('broken.csv', [header, ...broken].join('\n'));
    const document = await replayed(path, '--spec', specPath);
    expect(alarmed(document)).toEqual(expect.arrayContaining(['data_quality:income', 'data_quality:city']));
  });

  describe('refuses, with a stable code, in one line', () => {
    test.each([
      [
        'a spec that is not there',
        ['data.csv', '--spec', 'nowhere.yaml'],
        1,
        /^plumbline: BAD_SPEC: cannot read nowhere\.yaml: there is no such file\n$/,
      ],
      ['no spec', ['data.csv'], 2, /^plumbline: BAD_REQUEST: --spec <spec\.yaml> is missing/],
      [
        'no data',
        ['--spec', 'x.yaml'],
        2,
        /^plumbline: BAD_REQUEST: expected one data file, got 0; `plumbline replay --help` tells how\n$/,
      ],
      [
        'an unknown option',
        ['data.csv', '--spec', 'x.yaml', '--colour'],
        2,
        /^plumbline: BAD_REQUEST: Unknown option '--colour'/,
      ],
    ])('%s', async (_, args, code, message) => {
      const outcome = await plumbline('replay', ...args);
      expect(outcome).toMatchObject({ code, stdout: '' });
      expect(outcome.stderr).toMatch(message);
    });

    test.each([
      [
        'data that is not there',
        'nowhere.csv',
        [],
        1,
        /^plumbline: BAD_DATA: cannot read .*nowhere\.csv: there is no such file\n$/,
      ],
      [
        'a window that is neither rows nor time',
        'loans.csv',
        ['--window', 'soon'],
        2,
        /^plumbline: BAD_REQUEST: --window takes a number of rows/,
      ],
      [
        'a window of time without a time column',
        'loans.csv',
        ['--window', '1h'],
        2,
        /^plumbline: BAD_REQUEST: --window 1h is a duration, but the spec has no column with role time; /,
      ],
      ['a reference that is no profile', 'loans.csv', ['--reference', 'loans.csv'], 1, /^plumbline: BAD_DATA: /],
      [
        'a delimiter of two characters',
        'loans.csv',
        ['--delimiter', '::'],
        2,
        /^plumbline: BAD_REQUEST: --delimiter takes one character/,
      ],
      [
        'the wrong delimiter',
        'loans.csv',
        ['--delimiter', ';'],
        1,
        /^plumbline: BAD_DATA: .* whole header is one column, "income,city.*say --delimiter ","\n$/,
      ],
    ])('%s', async (_, name, more, code, message) => {
      const args = more.map((argument) => (argument === 'loans.csv' ? csvPath : argument));
      const outcome = await plumbline('replay', join(folder, name), '--spec', specPath, ...args);
      expect(outcome).toMatchObject({ code, stdout: '' });
      expect(outcome.stderr).toMatch(message);
    });

    test('text of a file that would steer the terminal', async () => {
      const path = await file('steering.csv', 'a\u001b[31m,a\u001b[31m\n1,2\n');
      const { stderr } = await plumbline('replay', path, '--spec', specPath);
      expect(stderr).toContain('the header names column "a\\u{1b}[31m" twice');
    });

    test('a bad cell, with its row and column and without a stack trace', async () => {
      const lines = loans().split('\n');
      lines[1_234] = lines[1_234]?.replace(/^[^,]*/, 'forty thousand') ?? '';
      const path = await file('bad.csv', lines.join('\n'));
      const outcome = await plumbline('replay', path, '--spec', specPath, '--json');
      expect(outcome).toMatchObject({ code: 1, stdout: '' });
      expect(outcome.stderr).toMatch(
        /^plumbline: BAD_DATA: .*bad\.csv row 1234 \(line 1235\), column "income": "forty thousand" is not a number\. .*\n$/,
      );
      expect(outcome.stderr).not.toContain('    at ');
    });
  });
});

describe('plumbline', () => {
  test('tells its commands, and refuses one it does not have', async () => {
    const help = await plumbline('--help');
    expect(help).toMatchObject({ code: 0, stderr: '' });
    for (const command of ['serve', 'replay', 'profile', 'register', 'gate', 'audit'])
      expect(help.stdout).toContain(`  ${command} `);
    expect(await plumbline('relpay')).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('BAD_REQUEST: there is no command "relpay"'),
    });
    expect((await plumbline('replay', '--help')).stdout).toContain('Usage: plumbline replay');
    expect((await plumbline('profile', '--help')).stdout).toContain('Usage: plumbline profile');
  });
});
