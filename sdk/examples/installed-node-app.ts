/** An app without OpenTelemetry, which leaves setting it up to the entry `node`. */
import { trace } from '@opentelemetry/api';
import { startMonitoring, TelemetryExistsError } from '@plumbline/sdk/node';
import { createMemoryTransport } from '@plumbline/sdk/testing';

const transport = createMemoryTransport();
const options = { service: 'installed-node-app', model: { name: 'credit-risk', version: '7' }, transport };
const names: string[] = [];
const { monitor, shutdown } = startMonitoring({
  ...options,
  openTelemetry: {
    autoDetectResources: false,
    spanProcessors: [
      {
        onStart: () => {},
        onEnd: (span) => void names.push(span.name),
        forceFlush: async () => {},
        shutdown: async () => {},
      },
    ],
  },
});

async function main(): Promise<void> {
  monitor.record({ features: { age: 44 }, prediction: 'grant' });
  const call = trace.getTracer('client').startSpan('chat gpt-4o', { attributes: { 'gen_ai.operation.name': 'chat' } });
  call.end();
  const { spans } = monitor.status().telemetry;
  const { delivered } = await shutdown();
  console.log(
    JSON.stringify({ delivered, spans, names, inferences: transport.inferences().length, again: secondStart() }),
  );
}

function secondStart(): string {
  try {
    startMonitoring(options);
    return 'started';
  } catch (error) {
    return error instanceof TelemetryExistsError ? error.code : String(error);
  }
}

main();
