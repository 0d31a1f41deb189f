import { createHash } from 'node:crypto';
import { createReadStream, openAsBlob } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { cannotRead, PlumblineError } from '../errors.ts';
import { artefactStored, registerRequest, versionDetail } from '../http/api.ts';
import { parseArguments, positionals } from './arguments.ts';
import { type CollectorClient, collectorClient, collectorHelp, collectorOptions } from './collector-client.ts';

export const help = [
  'Usage: plumbline register <model> <version> --artefact model.onnx [options]',
  '',
  'Uploads an artefact and registers it as a version. With held-out rows it is evaluated beside the champion.',
  '',
  '  --artefact FILE       the ONNX model',
  '  --held-out FILE       CSV of rows to evaluate on, with the label',
  '  --training FILE       CSV of the rows it was trained on: a held-out row among them fails the evaluation',
  '  --label-column NAME   column of the held-out rows that holds the label; default label',
  '  --reference FILE      profile to compare with, written by `plumbline profile`; default: its first rows',
  '  --inputs A,B,...      columns of a model that takes one [rows, columns] tensor, in order',
  '  --classes A,B,...     labels in the order of the probabilities; binary: negative first',
  '  --threshold T         scores at or above it are positive; default 0.5',
  '  --parameter KEY=VALUE may be repeated',
  ...collectorHelp,
].join('\n');

/** `plumbline register`: prints the version as one JSON line. */
export async function run(args: string[]): Promise<number> {
  const { values, positionals: found } = parseArguments({
    args,
    allowPositionals: true,
    options: {
      ...collectorOptions,
      artefact: { type: 'string' },
      'held-out': { type: 'string' },
      training: { type: 'string' },
      'label-column': { type: 'string', default: 'label' },
      reference: { type: 'string' },
      inputs: { type: 'string', default: '' },
      classes: { type: 'string', default: '' },
      threshold: { type: 'string', default: '0.5' },
      parameter: { type: 'string', multiple: true, default: [] },
    },
  });
  const { model, version } = positionals(found, ['model', 'version']);
  if (values.artefact === undefined) {
    throw new PlumblineError('BAD_REQUEST', '--artefact FILE is missing');
  }
  const client = collectorClient(values);
  const digest = await upload(client, values.artefact, 'application/octet-stream');
  const reference = values.reference === undefined ? null : await upload(client, values.reference, 'application/json');
  const heldOut = values['held-out'] === undefined ? null : await upload(client, values['held-out'], 'text/csv');
  const training = values.training === undefined ? null : await upload(client, values.training, 'text/csv');
  const request = registerRequest.safeParse({
    version,
    digest,
    inputs: listOf(values.inputs),
    classes: listOf(values.classes),
    threshold: Number(values.threshold),
    reference,
    heldOut,
    training,
    labelColumn: values['label-column'],
    parameters: Object.fromEntries(values.parameter.map(parameterOf)),
  });
  if (!request.success) {
    throw new PlumblineError('BAD_REQUEST', z.prettifyError(request.error).replaceAll('\n', ' '));
  }
  const registered = await client.send(
    {
      method: 'POST',
      path: `/v1/models/${encodeURIComponent(model)}/versions`,
      contentType: 'application/json',
      body: JSON.stringify(request.data),
    },
    versionDetail,
  );
  process.stdout.write(`${JSON.stringify({ model, version, digest, state: registered.state })}\n`);
  return 0;
}

/** Uploads a file under its SHA-256; returns the digest. */
async function upload(client: CollectorClient, path: string, contentType: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash).catch((cause: unknown) => {
    throw new PlumblineError('BAD_DATA', cannotRead(path, cause), { cause });
  });
  const digest = `sha256:${hash.digest('hex')}`;
  await client.send(
    { method: 'PUT', path: `/v1/artefacts/${digest}`, contentType, body: await openAsBlob(path) },
    artefactStored,
  );
  return digest;
}

function listOf(text: string): string[] {
  return text === '' ? [] : text.split(',').map((part) => part.trim());
}

function parameterOf(text: string): [string, string] {
  const at = text.indexOf('=');
  if (at < 1) {
    throw new PlumblineError('BAD_REQUEST', `--parameter ${text}: expected KEY=VALUE`);
  }
  return [text.slice(0, at), text.slice(at + 1)];
}
