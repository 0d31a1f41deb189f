import { fileURLToPath } from 'node:url';
import type { Tracer } from '@opentelemetry/api';
import * as ort from 'onnxruntime-node';
import type { Monitor } from '../src/index.ts';
import { instrumentOnnx } from '../src/instrumentation/index.ts';
import { type Cost, interleaved } from './interleaved.ts';

/**
 * What a run of a session costs beside the same run unrecorded, and in a bare span: a logistic regression of thirty columns,
 * one row (`logistic.onnx`, as test/onnx/logistic.ts makes it). Both methods stand beside each other all the time: patching back and forth would undo what the engine has
 * learnt of them.
 */
export async function onnxCosts(monitor: Monitor, tracer: Tracer): Promise<Record<string, Cost>> {
  const inputs = Array.from({ length: 30 }, (_, index) => `number_feature_${index}`);
  const session = await ort.InferenceSession.create(fileURLToPath(new URL('./logistic.onnx', import.meta.url)));
  const values = Float32Array.from(inputs, (_, index) => Math.PI * (index + 0.1));
  const feeds = () => ({ input: new ort.Tensor('float32', values, [1, values.length]) });
  const bareRun = session.run.bind(session);
  instrumentOnnx(ort, monitor, { columns: { input: inputs }, labels: ['repaid', 'defaulted'] });
  return interleaved(
    {
      'session.run, 30 columns': { call: () => bareRun(feeds()) },
      'session.run, bare span, 10 attributes': {
        async call() {
          const span = tracer.startSpan('predict');
          for (let index = 0; index < 10; index++) {
            span.setAttribute(`attribute.${index}`, index);
          }
          await bareRun(feeds());
          span.end();
        },
      },
      'session.run, instrumented, span': { call: () => session.run(feeds()) },
    },
    { callsATurn: 1_500, rounds: 15 },
  );
}
