import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { repositoryRoot } from '../setup/commands.mjs';
import { runChecks } from './checks.ts';

/** `npm run check`: the checks, and the tests about the repository itself (import tiers, top level, lock file). */
const { failed } = await runChecks((line) => console.log(line));
const vitest = join(repositoryRoot, 'node_modules', '.bin', 'vitest');
const { status } = spawnSync(vitest, ['run', 'test/check'], { cwd: repositoryRoot, stdio: 'inherit' });
process.exitCode = failed === 0 && status === 0 ? 0 : 1;
