import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { RegisterRequest } from '@plumbline/collector/api';
import { logisticOnnx } from '../onnx/logistic.ts';
import type { CollectorClient } from './collector-client.ts';
import { inputsOf, type LoanRow, labelOf, loansCsv, outcomeLabels } from './history.ts';
import { fitLogistic, type LogisticModel } from './logistic-regression.ts';
import { type Applicant, modelInputs } from './population.ts';
import { seededRandom } from './random.ts';

/** A training pipeline as small as can be: split, fit, export as ONNX, profile what it trained on, publish. */

const testShare = 0.2;
const splitSeed = 42;

export interface TrainedVersion {
  readonly onnx: Uint8Array;
  readonly model: LogisticModel;
  /** Rows it was fitted on, with its own decisions: what its reference profile is made of. */
  readonly training: readonly LoanRow[];
  /** Rows it has never seen. */
  readonly heldOut: readonly LoanRow[];
}

export function trainVersion(rows: readonly LoanRow[]): TrainedVersion {
  const { training, heldOut } = split(rows);
  const model = fitLogistic(
    training.map((row) => inputsOf(row.applicant)),
    training.map((row) => (row.repaid ? 1 : 0)),
  );
  return { model, training, heldOut, onnx: logisticOnnx({ inputs: [...modelInputs], ...model }) };
}

export function decide(
  model: LogisticModel,
  applicant: Applicant,
): { readonly prediction: string; readonly score: number } {
  const logit = inputsOf(applicant).reduce(
    (sum, value, index) => sum + value * (model.weights[index] ?? 0),
    model.bias,
  );
  const score = 1 / (1 + Math.exp(-logit));
  return { prediction: labelOf(score >= 0.5), score };
}

/** Uploads artefact, reference profile and held-out rows; returns what registers the version. */
export async function publishVersion(client: CollectorClient, version: string, trained: TrainedVersion) {
  const [digest, heldOut, reference] = await Promise.all([
    client.upload(trained.onnx),
    client.upload(loansCsv(trained.heldOut)),
    profileOf(trained).then((profile) => client.upload(profile)),
  ]);
  return {
    version,
    digest,
    inputs: [...modelInputs],
    classes: [outcomeLabels.defaulted, outcomeLabels.repaid],
    reference,
    heldOut,
    labelColumn: 'label',
    parameters: { algorithm: 'logistic regression', rows: trained.training.length, seed: splitSeed },
  } satisfies Partial<RegisterRequest>;
}

/** Shuffled split that is the same for the same rows; no row is in both parts. */
function split(rows: readonly LoanRow[]): { training: LoanRow[]; heldOut: LoanRow[] } {
  const random = seededRandom(splitSeed);
  const training: LoanRow[] = [];
  const heldOut: LoanRow[] = [];
  for (const row of rows) (random.uniform() < testShare ? heldOut : training).push(row);
  return { training, heldOut };
}

/** The reference profile, by the command that everybody else would use. */
async function profileOf(trained: TrainedVersion): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'plumbline-profile-'));
  try {
    const rows = path.join(folder, 'training.csv');
    // Labels arrive in any order; a profile is made of windows, which come one after the other.
    const inOrder = [...trained.training].sort((left, right) => left.time - right.time);
    await writeFile(
      rows,
      loansCsv(inOrder, (applicant) => decide(trained.model, applicant)),
    );
    const spec = path.join(import.meta.dirname, 'loans.yaml');
    const run = promisify(execFile);
    const { stdout } = await run(process.execPath, [plumblineCommand(), 'profile', rows, '--spec', spec], {
      maxBuffer: 64 * 1024 * 1024,
    });
    return stdout;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function plumblineCommand(): string {
  const collector = createRequire(import.meta.url).resolve('@plumbline/collector/api');
  return path.join(path.dirname(collector), '..', 'cli', 'plumbline.ts');
}
