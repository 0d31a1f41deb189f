/**
 * Every name the SDK gives something in OpenTelemetry, in this one table; a test holds the code to it. Names others write
 * and the SDK reads are in `spans/attribute-names.ts`.
 *
 * There is no accepted convention for classical machine learning yet (open-telemetry/semantic-conventions#3420), so that
 * carries a prefix of our own: `gen_ai.*` would fill the panels of language models with tabular ones. Generative models,
 * evaluations and version choice have conventions, and use them.
 */

export const scopeName = '@plumbline/sdk';

/** Attributes of any inference, on its span and, where few values are possible, on its measurements. */
export const attributes = {
  inferenceId: 'plumbline.inference.id',
  model: 'plumbline.model.name',
  version: 'plumbline.model.version',
  /** `champion`, `canary` or `shadow`. */
  variant: 'plumbline.model.variant',
  digest: 'plumbline.model.digest',
  operation: 'plumbline.operation',
  batchSize: 'plumbline.batch.size',
  routingRevision: 'plumbline.routing.revision',
  /** OpenTelemetry's own, stable. */
  errorType: 'error.type',
} as const;

/** Which version a routing document chose (release candidate): canaries compare without a join. */
export const featureFlag = {
  /** The model. */
  key: 'feature_flag.key',
  /** The role of the version that answered. */
  variant: 'feature_flag.result.variant',
  provider: 'feature_flag.provider.name',
} as const;

export interface MetricDefinition {
  readonly name: string;
  readonly unit: string;
  readonly description: string;
  /** Advice for the histogram's boundaries; absent for counters. */
  readonly buckets?: readonly number[];
}

export const inferenceMetrics = {
  duration: {
    name: 'plumbline.inference.duration',
    unit: 's',
    description: 'Time one inference took',
    // A tabular prediction takes microseconds, a remote model seconds: the buckets of `gen_ai.*` start at 10 ms.
    buckets: [0.00001, 0.00005, 0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5],
  },
  rows: { name: 'plumbline.inference.rows', unit: '{row}', description: 'Inferences made' },
} as const satisfies Readonly<Record<string, MetricDefinition>>;

/** Spans of what happens within a model call: `gen_ai.operation.name`, and the attribute that holds the step's name. */
export const steps = {
  retrieval: { operation: 'retrieval', name: 'gen_ai.data_source.id' },
  tool: { operation: 'execute_tool', name: 'gen_ai.tool.name' },
  agent: { operation: 'invoke_agent', name: 'gen_ai.agent.name' },
  chain: { operation: 'invoke_workflow', name: 'gen_ai.workflow.name' },
} as const;

export type StepKind = keyof typeof steps;

/** A choice between versions as a log event (release candidate), as OpenFeature's own hook writes it. */
export const flagEvaluation = {
  event: 'feature_flag.evaluation',
  key: featureFlag.key,
  variant: featureFlag.variant,
  provider: featureFlag.provider,
  /** The version. */
  value: 'feature_flag.result.value',
  reason: 'feature_flag.result.reason',
  /** Revision of the routing document. */
  version: 'feature_flag.version',
  /** The environment. */
  set: 'feature_flag.set.id',
} as const;

/** `feature_flag.result.reason` of each reason of a route. */
export const flagReasons = {
  compiled_in: 'default',
  champion: 'static',
  split: 'split',
  pinned: 'targeting_match',
  artefact_mismatch: 'error',
} as const;

/** A failed call of a generative model as a log event. */
export const exception = {
  event: 'gen_ai.client.operation.exception',
  type: 'exception.type',
} as const;

/** An outcome as a log event, for those whose tools read evaluations there. */
export const evaluation = {
  event: 'gen_ai.evaluation.result',
  name: 'gen_ai.evaluation.name',
  scoreValue: 'gen_ai.evaluation.score.value',
} as const;

/** `gen_ai.evaluation.name` of each type of outcome. */
export const evaluationNames = { label: 'ground_truth', feedback: 'user_feedback', evaluation: 'evaluation' } as const;

/** Spans of calls to generative and embedding models. */
export const genAi = {
  operation: 'gen_ai.operation.name',
  provider: 'gen_ai.provider.name',
  requestModel: 'gen_ai.request.model',
  requestStream: 'gen_ai.request.stream',
  requestTemperature: 'gen_ai.request.temperature',
  requestMaxTokens: 'gen_ai.request.max_tokens',
  requestTopP: 'gen_ai.request.top_p',
  requestTopK: 'gen_ai.request.top_k',
  requestFrequencyPenalty: 'gen_ai.request.frequency_penalty',
  requestPresencePenalty: 'gen_ai.request.presence_penalty',
  requestSeed: 'gen_ai.request.seed',
  requestChoices: 'gen_ai.request.choice.count',
  outputType: 'gen_ai.output.type',
  responseId: 'gen_ai.response.id',
  responseModel: 'gen_ai.response.model',
  finishReasons: 'gen_ai.response.finish_reasons',
  timeToFirstChunk: 'gen_ai.response.time_to_first_chunk',
  inputTokens: 'gen_ai.usage.input_tokens',
  outputTokens: 'gen_ai.usage.output_tokens',
  cachedInputTokens: 'gen_ai.usage.cache_read.input_tokens',
  reasoningTokens: 'gen_ai.usage.reasoning.output_tokens',
  tokenType: 'gen_ai.token.type',
  tokenModality: 'gen_ai.token.modality',
  serverAddress: 'server.address',
  serverPort: 'server.port',
} as const;

/**
 * Which generation of the GenAI conventions is written: `v1.41`, the last published one, which today's dashboards read,
 * or `latest`, which is still changing (open-telemetry/semantic-conventions-genai).
 */
export type GenAiStability = 'v1.41' | 'latest';

export const stabilityVariable = 'OTEL_SEMCONV_STABILITY_OPT_IN';

/** What the variable says: a list with commas. Anything but the one opt-in leaves the published names in force. */
export function stabilityOf(optIn: string | undefined): GenAiStability {
  const chosen = (optIn ?? '').split(',').map((entry) => entry.trim());
  return chosen.includes('gen_ai_latest_experimental') ? 'latest' : 'v1.41';
}

/** The names that differ between generations. */
export const genAiNames: Readonly<Record<GenAiStability, GenAiNames>> = {
  'v1.41': {
    cacheWriteTokens: 'gen_ai.usage.cache_creation.input_tokens',
    duration: duration('gen_ai.client.operation.duration'),
    timeToFirstChunk: firstChunk('gen_ai.client.operation.time_to_first_chunk'),
    timePerOutputChunk: outputChunk('gen_ai.client.operation.time_per_output_chunk'),
    tokenUsage: {
      name: 'gen_ai.client.token.usage',
      unit: '{token}',
      description: 'Tokens used by one call',
      buckets: tokenBuckets(),
    },
    tokenHistograms: null,
    tokenCounters: null,
  },
  latest: {
    cacheWriteTokens: 'gen_ai.usage.cache_write.input_tokens',
    duration: duration('gen_ai.client.inference.duration'),
    timeToFirstChunk: firstChunk('gen_ai.client.inference.time_to_first_chunk'),
    timePerOutputChunk: outputChunk('gen_ai.client.inference.time_per_output_chunk'),
    tokenUsage: null,
    tokenHistograms: {
      input: tokensOfOneCall('gen_ai.client.inference.operation.input_tokens', 'Input tokens of one call'),
      output: tokensOfOneCall('gen_ai.client.inference.operation.output_tokens', 'Output tokens of one call'),
    },
    tokenCounters: {
      input: tokensUsed('gen_ai.client.inference.usage.input_tokens', 'Input tokens'),
      output: tokensUsed('gen_ai.client.inference.usage.output_tokens', 'Output tokens'),
      cachedInput: tokensUsed(
        'gen_ai.client.inference.usage.cache_read.input_tokens',
        'Input tokens read from a cache',
      ),
      cacheWrite: tokensUsed(
        'gen_ai.client.inference.usage.cache_write.input_tokens',
        'Input tokens written to a cache',
      ),
      reasoning: tokensUsed('gen_ai.client.inference.usage.reasoning.output_tokens', 'Output tokens of reasoning'),
    },
  },
};

/** Operations other than inference keep this name in every generation. */
export const operationDuration = duration('gen_ai.client.operation.duration');

export interface GenAiNames {
  readonly cacheWriteTokens: string;
  readonly duration: MetricDefinition;
  readonly timeToFirstChunk: MetricDefinition;
  /** Of each chunk of a stream after the first. */
  readonly timePerOutputChunk: MetricDefinition;
  /** One histogram by `gen_ai.token.type`. */
  readonly tokenUsage: MetricDefinition | null;
  /** One histogram for each direction. */
  readonly tokenHistograms: { readonly input: MetricDefinition; readonly output: MetricDefinition } | null;
  readonly tokenCounters: Readonly<
    Record<'input' | 'output' | 'cachedInput' | 'cacheWrite' | 'reasoning', MetricDefinition>
  > | null;
}

function duration(name: string): MetricDefinition {
  return { name, unit: 's', description: 'Time one call of a model took', buckets: secondBuckets() };
}

function firstChunk(name: string): MetricDefinition {
  return { name, unit: 's', description: 'Time to the first chunk of a stream', buckets: secondBuckets() };
}

function outputChunk(name: string): MetricDefinition {
  return { name, unit: 's', description: 'Time from one chunk of a stream to the next', buckets: secondBuckets() };
}

function tokensUsed(name: string, description: string): MetricDefinition {
  return { name, unit: '{token}', description };
}

function tokensOfOneCall(name: string, description: string): MetricDefinition {
  return { name, unit: '{token}', description, buckets: tokenBuckets() };
}

/** As the conventions advise: 10 ms to 82 s, doubling. */
function secondBuckets(): readonly number[] {
  return Array.from({ length: 14 }, (_, power) => 2 ** power / 100);
}

/** As the conventions advise: 1 to 67 million, by four. */
function tokenBuckets(): readonly number[] {
  return Array.from({ length: 14 }, (_, power) => 4 ** power);
}
