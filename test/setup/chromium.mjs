import { findExecutable, isExecutableFile, MissingPart } from './commands.mjs';
import { detectDebian, installPackages } from './debian.mjs';

/** Finds Chromium, which the tests of the pages need; the demo does not. */

/**
 * CHROMIUM_BIN if set, else the usual names on PATH.
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {string | undefined}
 */
export function findChromium(env = process.env) {
  if (env.CHROMIUM_BIN) {
    if (!isExecutableFile(env.CHROMIUM_BIN)) {
      throw new MissingPart(`CHROMIUM_BIN is ${env.CHROMIUM_BIN}, which is not an executable file.`, instructions);
    }
    return env.CHROMIUM_BIN;
  }
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
  return names.map((name) => findExecutable(name, env, ['/usr/bin'])).find((path) => path !== undefined);
}

/**
 * Finds Chromium or, on Debian as root, installs it.
 * @param {(line: string) => void} say
 * @returns {Promise<string>}
 */
export async function ensureChromium(say) {
  const found = findChromium();
  if (found !== undefined) {
    return found;
  }
  if (detectDebian()?.root !== true) {
    throw new MissingPart('Chromium is not installed. The tests of the pages need it.', instructions);
  }
  say("chromium: installing Debian's package");
  await installPackages(['chromium']);
  return findChromium() ?? fail();
}

const instructions = [
  'Debian, as root:  apt-get install --no-install-recommends chromium',
  'macOS:            brew install --cask chromium',
  'Put it on PATH, or point CHROMIUM_BIN at it (any recent Chrome or Chromium).',
];

/** @returns {never} */
function fail() {
  throw new MissingPart('Chromium was installed, but cannot be found on PATH.', instructions);
}
