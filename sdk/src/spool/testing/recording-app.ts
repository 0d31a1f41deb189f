import { createMonitor } from '../../index.ts';

/**
 * An app that records inferences for ever and prints, line by line, the ids of those its monitor has accepted. It ends
 * only when it is killed.
 */
const options = JSON.parse(process.env.APP_OPTIONS ?? '{}');
const monitor = createMonitor({ ...options, service: 'api', model: { name: 'credit', version: '1' } });
const everyMs = 5;
const atOnce = Math.max(1, Math.round((Number(process.env.APP_RATE ?? 1_000) * everyMs) / 1_000));
const recorded: string[] = [];
let printed = 0;

setInterval(() => {
  for (let index = 0; index < atOnce; index++) {
    const features = {
      number: recorded.length,
      text: `text ${recorded.length % 7}`,
      none: null,
      wrong: Number.POSITIVE_INFINITY,
    };
    recorded.push(monitor.record({ features, score: 0.5, groups: { sex: 'female' } }));
  }
  // Events are accepted in the order in which they were recorded, after those taken over from an earlier process.
  const { counts, spool } = monitor.status();
  const own = counts.accepted - (spool?.recovered ?? 0);
  const accepted = recorded.slice(printed, own);
  if (accepted.length > 0) {
    process.stdout.write(`${accepted.join('\n')}\n`);
    printed = own;
  }
}, everyMs);
