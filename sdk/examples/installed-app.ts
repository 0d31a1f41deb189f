/** An app with an OpenTelemetry set-up of its own that uses every entry of the package, without a broker. */
import { trace } from '@opentelemetry/api';
import { TracerProvider } from '@opentelemetry/sdk-trace';
import { createMonitor, MonitorOptionsError } from '@plumbline/sdk';
import { type InferenceEvent, servingRoles } from '@plumbline/sdk/event';
import { createNatsTransport } from '@plumbline/sdk/nats';
import { bucketOf } from '@plumbline/sdk/routing';
import { streamName } from '@plumbline/sdk/subjects';
import { createMemoryTransport } from '@plumbline/sdk/testing';
import { decodeBatch } from '@plumbline/sdk/wire';

const spans: { readonly name: string; readonly traceId: string }[] = [];
trace.setGlobalTracerProvider(
  new TracerProvider({
    spanProcessors: [
      {
        onStart: () => {},
        onEnd: (span) => void spans.push({ name: span.name, traceId: span.spanContext().traceId }),
        forceFlush: async () => {},
        shutdown: async () => {},
      },
    ],
  }),
);

const transport = createMemoryTransport();
const monitor = createMonitor({ service: 'installed-app', model: { name: 'credit-risk', version: '7' }, transport });
const decide = monitor.wrap((age: number) => (age < 30 ? 'refuse' : 'grant'), {
  features: (age) => ({ age }),
  prediction: (label) => label,
});

async function main(): Promise<void> {
  const answer = decide(44);
  const { delivered } = await monitor.flush();
  const inferences: readonly InferenceEvent[] = transport.inferences();
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
    sameTrace: inferences[0]?.traceId === spans[0]?.traceId,
    badOptions: badOptions(),
    otherEntries: [typeof createNatsTransport, typeof bucketOf, typeof decodeBatch, streamName, servingRoles[0]],
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

main();
