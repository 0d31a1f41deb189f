import { parseArgs } from 'node:util';
import { measureDetectors } from './detectors/measureDetectors.ts';

/**
 * `npm run bench:detectors`: what one window of detection costs, 500 numeric features through the monitor's own detectors, and
 * how much each feature must remember. `-- --json` prints one document `{name, results: [{scenario, rule, metric, value}]}`.
 */
const { values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, features: { type: 'string', default: '500' } },
});
const results = measureDetectors(Number(values.features), 60);
process.stdout.write(
  values.json
    ? `${JSON.stringify({ name: 'detectors', results })}\n`
    : results.map(({ metric, value }) => `${metric.padEnd(60)}${value?.toPrecision(3)}\n`).join(''),
);
