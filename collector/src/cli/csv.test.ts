import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isPlumblineError } from '../errors.ts';
import { type CsvOptions, type ReplayBatch, readCsv, rowTime, rowWindowMs } from './csv.ts';
import { parseSpec } from './spec.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-csv-'));
});
afterAll(() => rm(folder, { recursive: true }));

const byRows: CsvOptions = {
  delimiter: ',',
  sort: false,
  rowsPerBatch: 1_000,
  clock: { kind: 'rows', rowsPerWindow: 2 },
};
const byDay: CsvOptions = { ...byRows, clock: { kind: 'column', windowMs: 86_400_000 } };

const loanSpec = `
model: loans
positive: "yes"
columns:
  - { name: income, role: feature }
  - { name: city, role: feature }
  - { name: decision, role: prediction, values: { approve: "yes", reject: "no" } }
  - { name: p, role: score }
  - { name: repaid, role: label }
  - { name: sex, role: group }`;

async function read(csv: string, specText = loanSpec, options = byRows): Promise<ReplayBatch[]> {
  const path = join(folder, 'data.csv');
  await writeFile(path, csv);
  const batches: ReplayBatch[] = [];
  for await (const batch of readCsv(path, parseSpec(specText, 'spec.yaml'), options)) batches.push(batch);
  return batches;
}

async function refusal(csv: string, specText = loanSpec, options = byRows): Promise<string> {
  try {
    await read(csv, specText, options);
  } catch (error) {
    if (isPlumblineError(error, 'BAD_DATA')) return error.message;
    throw error;
  }
  return 'accepted';
}

const header = 'income,city,decision,p,repaid,sex\n';

describe('a CSV file', () => {
  test('becomes the batches an app would have sent', async () => {
    const [batch, ...more] = await read(
      `${header}41000,Graz,approve,0.8,yes,f\nNA,Wien,reject,0.2,,m\n1e999,,approve,,no,f\n`,
    );
    expect(more).toEqual([]);
    const { inferences, outcomes } = batch ?? {};
    expect(inferences?.count).toBe(3);
    expect(inferences?.schema.features).toEqual([
      { name: 'income', type: 'number' },
      { name: 'city', type: 'category' },
    ]);
    expect(inferences?.features[0]).toEqual({
      type: 'number',
      values: Float64Array.from([41_000, Number.NaN, Number.POSITIVE_INFINITY]),
    });
    expect(inferences?.features[1]).toMatchObject({ dictionary: ['Graz', 'Wien'], codes: Uint32Array.from([1, 2, 0]) });
    expect(inferences?.predictions).toMatchObject({ dictionary: ['yes', 'no'], codes: Uint32Array.from([1, 2, 1]) });
    expect(inferences?.scores.values).toEqual(Float64Array.from([0.8, 0.2, Number.NaN]));
    expect(inferences?.groups.sex?.dictionary).toEqual(['f', 'm']);
    expect(inferences?.times).toEqual(Float64Array.from([0, rowWindowMs / 2, rowWindowMs]));
    expect(outcomes?.count).toBe(2);
    expect(outcomes?.inferenceIds).toEqual([inferences?.ids[0], inferences?.ids[2]]);
    expect(outcomes?.values).toMatchObject({ dictionary: ['yes', 'no'], codes: Uint32Array.from([1, 2]) });
  });

  test('in batches of any size holds the same rows', async () => {
    const rows = Array.from({ length: 25 }, (_, index) => `${index},Graz,approve,0.5,yes,f`).join('\n');
    const whole = await read(header + rows);
    const parts = await read(header + rows, loanSpec, { ...byRows, rowsPerBatch: 10 });
    expect(parts.map(({ inferences }) => inferences.count)).toEqual([10, 10, 5]);
    expect(parts.map(({ inferences }) => inferences.batch)).toEqual([1, 2, 3]);
    expect(parts.flatMap(({ inferences }) => inferences.ids)).toEqual(whole[0]?.inferences.ids);
    expect(parts.flatMap(({ inferences }) => [...inferences.times])).toEqual([...(whole[0]?.inferences.times ?? [])]);
  });

  test('may start with a byte order mark, quote its cells and hold blank lines', async () => {
    const [batch] = await read(
      `\ufeff${header}"41000","Graz, ""Steiermark""\nA",approve,0.8,yes,f\n\n42000,Wien,reject,0.1,no,m\n`,
    );
    expect(batch?.inferences.features[1]).toMatchObject({ dictionary: ['Graz, "Steiermark"\nA', 'Wien'] });
  });

  test('may use another delimiter, when told', async () => {
    const csv = `${header}1,Graz,approve,0.8,yes,f\n`.replaceAll(',', ';');
    const [batch] = await read(csv, loanSpec, { ...byRows, delimiter: ';' });
    expect(batch?.inferences.count).toBe(1);
  });

  test('may write missing numbers as a number nobody measures', async () => {
    const spec = 'columns: [{ name: income, role: feature, type: number }]\nmissing: [-999]';
    const [batch] = await read('income\n-999\n12\n', spec);
    expect(batch?.inferences.features[0]).toEqual({ type: 'number', values: Float64Array.from([Number.NaN, 12]) });
  });

  test('takes undeclared columns as features or leaves them out, when the spec says so', async () => {
    const spec = 'columns: [{ name: income, role: feature }]';
    const csv = 'income,rooms,city\n1,2,Graz\n';
    const [asFeatures] = await read(csv, `${spec}\nundeclared: feature`);
    expect(asFeatures?.inferences.schema.features).toEqual([
      { name: 'income', type: 'number' },
      { name: 'rooms', type: 'number' },
      { name: 'city', type: 'category' },
    ]);
    const [ignored] = await read(csv, `${spec}\nundeclared: ignore`);
    expect(ignored?.inferences.schema.features).toHaveLength(1);
  });
});

describe('a row clock', () => {
  test('puts exactly the wanted number of rows into each hour', () => {
    for (const rowsPerWindow of [1, 3, 7, 365, 1_000, 4_321]) {
      for (let row = 0; row < rowsPerWindow * 3; row += 1) {
        expect(Math.floor(rowTime(row, rowsPerWindow) / rowWindowMs)).toBe(Math.floor(row / rowsPerWindow));
      }
    }
  });
});

describe('a time column', () => {
  const spec = 'columns: [{ name: x, role: feature, type: number }, { name: at, role: time }]';

  test('is the event time', async () => {
    const [batch] = await read('x,at\n1,2024-01-01\n2,2024-01-02T12:00:00Z\n', spec, byDay);
    expect(batch?.inferences.times).toEqual(Float64Array.from([Date.UTC(2024, 0, 1), Date.UTC(2024, 0, 2, 12)]));
  });

  test('may jump about within a window, but not back into one that closed', async () => {
    expect(await refusal('x,at\n1,2024-01-01T12:00\n2,2024-01-01T06:00\n', spec, byDay)).toBe('accepted');
    expect(await refusal('x,at\n1,2024-01-02\n2,2024-01-01\n', spec, byDay)).toMatch(
      /row 2 \(line 3\), column "at": "2024-01-01" is earlier than a window that closed before.*--sort/,
    );
  });

  test('sorts rows when asked, and errors still name the row of the file', async () => {
    const sorting = { ...byDay, sort: true };
    const [batch] = await read('x,at\n1,2024-01-03\n2,2024-01-01\n3,2024-01-02\n', spec, sorting);
    expect(batch?.inferences.features[0]).toMatchObject({ values: Float64Array.from([2, 3, 1]) });
    expect(await refusal('x,at\n1,2024-01-03\nbad,2024-01-01\n', spec, sorting)).toMatch(
      /row 2 \(line 3\), column "x"/,
    );
  });

  test('must be there and must be a time', async () => {
    expect(await refusal('x,at\n1,01.02.2024\n', spec, byDay)).toMatch(
      /row 1 .*column "at": "01.02.2024" is not an ISO/,
    );
  });
});

describe('a broken CSV file is refused in one line that says where', () => {
  test.each([
    ['an empty file', '', /data\.csv is empty/],
    ['a header and nothing else', header, /has a header but no rows/],
    [
      'a missing column',
      'income,city,decision,p,sex\n1,Graz,approve,0.5,f\n',
      /no column "repaid", which the spec names; the file has "income"/,
    ],
    [
      'a column the spec does not know',
      `${header.trim()},zip\n1,Graz,approve,0.5,yes,f,8010\n`,
      /says nothing about column "zip".*undeclared: ignore/,
    ],
    [
      'a header that repeats a column',
      `${header.trim()},city\n1,Graz,approve,0.5,yes,f,Graz\n`,
      /names column "city" twice/,
    ],
    ['a column without a name', `${header.trim()},\n1,Graz,approve,0.5,yes,f,\n`, /column 7 of the header has no name/],
    [
      'a short row',
      `${header}1,Graz,approve,0.5,yes,f\n2,Wien,reject\n`,
      /row 2 \(line 3\): the row has 3 cells, the header has 6/,
    ],
    ['a long row', `${header}1,Graz,approve,0.5,yes,f,x\n`, /row 1 \(line 2\): the row has 7 cells, the header has 6/],
    ['a bad score', `${header}1,Graz,approve,high,yes,f\n`, /row 1 \(line 2\), column "p": "high" is not a number/],
    [
      'a value that the mapping does not know',
      `${header}1,Graz,maybe,0.5,yes,f\n`,
      /row 1 .*column "decision": "maybe" is not among the values of the spec \("approve", "reject"\)/,
    ],
    ['a quote that never closes', `${header}1,"Graz,approve,0.5,yes,f\n`, /line \d+: Quote Not Closed/],
    [
      'another delimiter',
      `${header}1,Graz,approve,0.5,yes,f\n`.replaceAll(',', ';'),
      /whole header is one column, "income;city.*--delimiter ";"/,
    ],
    [
      'another delimiter with decimal commas',
      'income;city;decision;p;repaid;sex\n1;Graz;approve;0,5;yes;f\n',
      /--delimiter ";"/,
    ],
    ['tabs', `${header}1,Graz,approve,0.5,yes,f\n`.replaceAll(',', '\t'), /--delimiter "\\t"/],
  ])('%s', async (_, csv, message) => {
    const text = await refusal(csv);
    expect(text).toMatch(message);
    expect(text).not.toContain('\n');
  });

  test('a number column that stops being numbers after its type was settled', async () => {
    const rows = Array.from(
      { length: 1_500 },
      (_, index) => `${index === 1_200 ? 'oops' : index},Graz,approve,0.5,yes,f`,
    );
    expect(await refusal(header + rows.join('\n'))).toMatch(
      /row 1201 \(line 1202\), column "income": "oops" is not a number/,
    );
  });

  test('ids that repeat or are missing', async () => {
    const spec = 'columns: [{ name: x, role: feature }, { name: key, role: id }]';
    expect(await refusal('x,key\n1,a\n2,b\n3,a\n', spec)).toMatch(
      /row 3 .*column "key": "a" was the id of an earlier row/,
    );
    expect(await refusal('x,key\n1,a\n2,\n', spec)).toMatch(/row 2 .*column "key": "" is missing/);
  });

  test('a file that is not there', async () => {
    const rows = readCsv(join(folder, 'nowhere.csv'), parseSpec(loanSpec, 'spec.yaml'), byRows);
    await expect(rows.next()).rejects.toMatchObject({
      code: 'BAD_DATA',
      message: expect.stringContaining('there is no such file'),
    });
  });
});
