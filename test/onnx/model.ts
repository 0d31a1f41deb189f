/**
 * Writes small ONNX models: just enough of the format (protocol buffers, https://onnx.ai/onnx/repo-docs/IR.html) for a
 * test or a trainer that fits something simple. IR version 8, operator set 17.
 */

/** `maps`: a list of maps from class to probability, as scikit-learn's exporter makes unless told otherwise. */
export type ElementType = 'float' | 'int64' | 'string' | 'maps';

/** A tensor that goes in or comes out. A dimension is a number or a name (`'rows'`: any size). */
export interface TensorDescription {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly (number | string)[];
}

export interface Initializer {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

export interface OnnxNode {
  readonly operator: string;
  /** Operator set; empty is the standard one. */
  readonly domain?: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, number | readonly number[] | readonly string[]>>;
}

export interface OnnxGraph {
  readonly inputs: readonly TensorDescription[];
  readonly outputs: readonly TensorDescription[];
  /** Float tensors. */
  readonly initializers: readonly Initializer[];
  readonly nodes: readonly OnnxNode[];
}

/** The bytes of a model file. */
export function onnxModel(graph: OnnxGraph): Uint8Array {
  return message(
    integer(1, 8),
    text(2, 'plumbline'),
    bytes(
      7,
      message(
        ...graph.nodes.map((node) => bytes(1, nodeMessage(node))),
        text(2, 'graph'),
        ...graph.initializers.map((initializer) => bytes(5, initializerMessage(initializer))),
        ...graph.inputs.map((input) => bytes(11, valueMessage(input))),
        ...graph.outputs.map((output) => bytes(12, valueMessage(output))),
      ),
    ),
    bytes(8, message(text(1, ''), integer(2, 17))),
    bytes(8, message(text(1, 'ai.onnx.ml'), integer(2, 3))),
  );
}

const elementTypes = { float: 1, int64: 7, string: 8 } as const;
/** AttributeProto.AttributeType */
const attributeTypes = { integer: 2, floats: 6, integers: 7, strings: 8 } as const;

function nodeMessage({ operator, domain, inputs, outputs, attributes = {} }: OnnxNode): Uint8Array {
  return message(
    ...inputs.map((name) => text(1, name)),
    ...outputs.map((name) => text(2, name)),
    text(4, operator),
    ...Object.entries(attributes).map(([name, value]) => bytes(5, attributeMessage(name, value))),
    ...(domain === undefined ? [] : [text(7, domain)]),
  );
}

function attributeMessage(name: string, value: number | readonly number[] | readonly string[]): Uint8Array {
  if (typeof value === 'number') return message(text(1, name), integer(3, value), integer(20, attributeTypes.integer));
  const strings = value.filter((entry) => typeof entry === 'string');
  if (strings.length > 0) {
    return message(text(1, name), ...strings.map((entry) => text(9, entry)), integer(20, attributeTypes.strings));
  }
  const numbers = value.filter((entry) => typeof entry === 'number');
  if (numbers.every(Number.isInteger)) {
    return message(text(1, name), ...numbers.map((entry) => integer(8, entry)), integer(20, attributeTypes.integers));
  }
  return message(text(1, name), bytes(7, floats(numbers)), integer(20, attributeTypes.floats));
}

function initializerMessage({ name, shape, values }: Initializer): Uint8Array {
  return message(
    ...shape.map((size) => integer(1, size)),
    integer(2, elementTypes.float),
    text(8, name),
    bytes(9, floats(values)),
  );
}

function valueMessage({ name, type, shape }: TensorDescription): Uint8Array {
  if (type === 'maps') return message(text(1, name), bytes(2, listOfMaps()));
  const dimensions = shape.map((size) =>
    bytes(1, typeof size === 'number' ? message(integer(1, size)) : message(text(2, size))),
  );
  const tensor = message(integer(1, elementTypes[type]), bytes(2, message(...dimensions)));
  return message(text(1, name), bytes(2, message(bytes(1, tensor))));
}

/** TypeProto of a sequence of maps from string to float. */
function listOfMaps(): Uint8Array {
  const float = message(bytes(1, message(integer(1, elementTypes.float))));
  const map = message(bytes(5, message(integer(1, elementTypes.string), bytes(2, float))));
  return message(bytes(4, message(bytes(1, map))));
}

/** 32-bit little-endian floats. */
function floats(values: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(values.length * 4));
  values.forEach((value, index) => {
    view.setFloat32(index * 4, value, true);
  });
  return new Uint8Array(view.buffer);
}

// Protocol buffers: a field is its number and wire type (0 integer, 2 bytes), then the value.

function message(...fields: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(fields);
}

function integer(field: number, value: number): Uint8Array {
  return Buffer.concat([variableInteger(BigInt(field << 3)), variableInteger(BigInt(value))]);
}

function bytes(field: number, value: Uint8Array): Uint8Array {
  return Buffer.concat([variableInteger(BigInt((field << 3) | 2)), variableInteger(BigInt(value.length)), value]);
}

function text(field: number, value: string): Uint8Array {
  return bytes(field, Buffer.from(value, 'utf8'));
}

/** Seven bits a byte, lowest first; negative numbers as 64-bit two's complement. */
function variableInteger(value: bigint): Uint8Array {
  const out: number[] = [];
  let rest = BigInt.asUintN(64, value);
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    out.push(rest > 0n ? low | 0x80 : low);
  } while (rest > 0n);
  return Uint8Array.from(out);
}
