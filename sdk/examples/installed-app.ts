/** An app with an OpenTelemetry set-up of its own that uses every entry of the package, without a broker. */
import { trace } from '@opentelemetry/api';
import { AlwaysOnSampler, TracerProvider } from '@opentelemetry/sdk-trace';
import { createMonitor, MonitorOptionsError } from '@plumbline/sdk';
import { type InferenceEvent, servingRoles } from '@plumbline/sdk/event';
import { instrumentAnthropic, instrumentOnnx, instrumentOpenAI } from '@plumbline/sdk/instrumentation';
import { createNatsTransport } from '@plumbline/sdk/nats';
import { createSpanExporter, createSpanProcessor } from '@plumbline/sdk/otel';
import { bucketOf } from '@plumbline/sdk/routing';
import { modelCallOf } from '@plumbline/sdk/spans';
import { streamName } from '@plumbline/sdk/subjects';
import { createMemoryTransport } from '@plumbline/sdk/testing';
import { decodeBatch } from '@plumbline/sdk/wire';

const transport = createMemoryTransport();
const models = [
  { name: 'credit-risk', version: '7' },
  { name: 'assistant', version: '1' },
];
const monitor = createMonitor({ service: 'installed-app', models, transport });
const processor = createSpanProcessor(monitor, { model: 'assistant' });

const spans: { readonly name: string; readonly traceId: string }[] = [];
trace.setGlobalTracerProvider(
  new TracerProvider({
    sampler: processor.sampler(new AlwaysOnSampler()),
    spanProcessors: [
      processor,
      {
        onStart: () => {},
        onEnd: (span) => void spans.push({ name: span.name, traceId: span.spanContext().traceId }),
        forceFlush: async () => {},
        shutdown: async () => {},
      },
    ],
  }),
);

const decide = monitor.wrap((age: number) => (age < 30 ? 'refuse' : 'grant'), {
  model: 'credit-risk',
  features: (age) => ({ age }),
  prediction: (label) => label,
});

async function main(): Promise<void> {
  const answer = decide(44);
  // As the instrumentation of some client would write it.
  const call = trace.getTracer('client').startSpan('chat gpt-4o', { attributes: { 'gen_ai.operation.name': 'chat' } });
  call.setAttribute('gen_ai.usage.output_tokens', 7);
  call.end();
  const { delivered } = await monitor.flush();
  const recorded: readonly InferenceEvent[] = transport.inferences();
  const inferences = [...recorded].sort((a, b) => (a.model < b.model ? 1 : -1));
  const report = {
    answer,
    delivered,
    inferences: inferences.map(({ model, version, features, prediction }) => ({
      model,
      version,
      features,
      prediction,
    })),
    spans: spans.map(({ name }) => name),
    sameTraces: spans.every(({ traceId }) => inferences.some((inference) => inference.traceId === traceId)),
    badOptions: badOptions(),
    otherEntries: [typeof createNatsTransport, typeof bucketOf, typeof decodeBatch, streamName, servingRoles[0]],
    instrumentations: [
      refusal(() => instrumentOnnx({ InferenceSession: {} }, monitor)),
      refusal(() => instrumentOpenAI({}, monitor)),
      refusal(() => instrumentAnthropic({}, monitor)),
    ],
    spanEntries: [typeof createSpanExporter(monitor).export, typeof modelCallOf],
  };
  await monitor.shutdown();
  console.log(JSON.stringify(report));
}

function badOptions(): string | null {
  try {
    createMonitor({ service: '', model: { name: 'credit-risk', version: '7' }, transport });
    return null;
  } catch (error) {
    return error instanceof MonitorOptionsError ? error.option : 'another error';
  }
}

/** Which function does not take what is no library of the app's. */
function refusal(instrument: () => object): string {
  try {
    instrument();
    return 'none';
  } catch (error) {
    return error instanceof TypeError ? (error.message.split(':', 1)[0] ?? '') : 'another error';
  }
}

main();
