import { pathToFileURL } from 'node:url';
import { ensureChromium } from './chromium.mjs';
import { CommandFailed, MissingPart, repositoryRoot } from './commands.mjs';
import { ensureNatsServer } from './nats-server.mjs';
import { ensurePackages } from './npm-packages.mjs';
import { ensurePostgres } from './postgres.mjs';
import { ensurePrometheus } from './prometheus.mjs';

/**
 * Brings everything the project needs to run here, and does nothing when nothing is missing.
 *
 *   node test/setup/setup.mjs [--tests]     --tests adds what only the tests need (Chromium, PostgreSQL, Prometheus)
 *
 * Messages go to standard error: standard output belongs to what runs after setup.
 */

const say = (/** @type {string} */ line) => console.error(line);

/**
 * @param {{ tests: boolean }} options
 * @returns {Promise<boolean>} whether everything is there; what is missing has been said
 */
export async function setup(options) {
  const started = performance.now();
  const node = Number(process.versions.node.split('.')[0]);
  if (node < 20) {
    say(`Node ${process.versions.node} is too old to start from: install Node 20 or newer (https://nodejs.org).`);
    return false;
  }
  const [packages, system] = await Promise.allSettled([
    ensurePackages(repositoryRoot, say),
    // One after the other: both may need the package manager.
    ensureSystemParts(options.tests),
  ]);
  for (const result of [packages, system]) {
    if (result.status === 'rejected') {
      report(result.reason);
    }
  }
  if (packages.status === 'rejected' || system.status === 'rejected' || !system.value.complete) {
    return false;
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  say(`setup: ${['npm packages', ...system.value.found].join(', ')} ready (${seconds} s)`);
  return true;
}

const optionalParts = /** @type {const} */ ([
  ['postgresql', ensurePostgres],
  ['prometheus', ensurePrometheus],
]);

/**
 * Every missing part is reported, not just the first.
 * @param {boolean} tests
 */
async function ensureSystemParts(tests) {
  const found = [];
  let complete = true;
  try {
    const server = await ensureNatsServer(say);
    found.push(`nats-server ${server.version}`);
    if (server.outdated) {
      warnOutdated(server);
    }
  } catch (error) {
    complete = false;
    report(error);
  }
  if (tests) {
    try {
      await ensureChromium(say);
      found.push('chromium');
    } catch (error) {
      complete = false;
      report(error);
    }
    for (const [name, ensure] of optionalParts) {
      try {
        await ensure(say);
        found.push(name);
      } catch (error) {
        // The tests that need it say that they were skipped; all others run.
        report(error);
      }
    }
  }
  return { complete, found };
}

/** @param {{ version: string, path: string }} server */
function warnOutdated(server) {
  say(
    [
      '',
      `WARNING: nats-server ${server.version} (${server.path}) is too old to be safe.`,
      'It acknowledges before it writes to disk and cannot be told otherwise: a power cut loses acknowledged events.',
      'Good enough to look at the demo, for nothing else. Install nats-server 2.10 or newer.',
      '',
    ].join('\n'),
  );
}

/** @param {unknown} error */
function report(error) {
  if (error instanceof MissingPart) {
    say([`setup: ${error.message}`, ...error.remedies.map((line) => `  ${line}`)].join('\n'));
  } else if (error instanceof CommandFailed) {
    say(`setup: ${error.message}`);
  } else {
    throw error;
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const complete = await setup({ tests: process.argv.includes('--tests') });
  process.exitCode = complete ? 0 : 1;
}
