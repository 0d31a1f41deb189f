import protobuf from 'protobufjs';

/**
 * The messages of OTLP that traces arrive in (OpenTelemetry, "OTLP Specification 1.x", opentelemetry-proto
 * `trace/v1/trace.proto`), with the fields that are read here. Readers of protocol buffers skip the others.
 */
const definition = `
syntax = "proto3";
message ExportTraceServiceRequest { repeated ResourceSpans resource_spans = 1; }
message ExportTraceServiceResponse { ExportTracePartialSuccess partial_success = 1; }
message ExportTracePartialSuccess { int64 rejected_spans = 1; string error_message = 2; }
message ResourceSpans { Resource resource = 1; repeated ScopeSpans scope_spans = 2; }
message Resource { repeated KeyValue attributes = 1; }
message ScopeSpans { InstrumentationScope scope = 1; repeated Span spans = 2; }
message InstrumentationScope { string name = 1; }
message Span {
  bytes trace_id = 1;
  bytes span_id = 2;
  string trace_state = 3;
  bytes parent_span_id = 4;
  string name = 5;
  int32 kind = 6;
  fixed64 start_time_unix_nano = 7;
  fixed64 end_time_unix_nano = 8;
  repeated KeyValue attributes = 9;
  repeated Event events = 11;
  Status status = 15;
  fixed32 flags = 16;
}
message Event { fixed64 time_unix_nano = 1; string name = 2; repeated KeyValue attributes = 3; }
message Status { string message = 2; int32 code = 3; }
message KeyValue { string key = 1; AnyValue value = 2; }
message AnyValue {
  oneof value {
    string string_value = 1;
    bool bool_value = 2;
    int64 int_value = 3;
    double double_value = 4;
    ArrayValue array_value = 5;
    KeyValueList kvlist_value = 6;
    bytes bytes_value = 7;
  }
}
message ArrayValue { repeated AnyValue values = 1; }
message KeyValueList { repeated KeyValue values = 1; }
`;

const { root } = protobuf.parse(definition);
const request = root.lookupType('ExportTraceServiceRequest');
const response = root.lookupType('ExportTraceServiceResponse');

/**
 * A request in protocol buffers as the value that its JSON form would have: ids in hex, 64-bit integers as text. Throws
 * what the library throws when the bytes are none.
 */
export function decodeTraceRequest(bytes: Uint8Array): unknown {
  return request.toObject(request.decode(bytes), { longs: String, bytes: Buffer, oneofs: false });
}

/** What an exporter is told: `rejectedSpans` of 0 with a message is a warning. */
export interface PartialSuccess {
  readonly rejectedSpans: number;
  readonly errorMessage: string;
}

export function encodeTraceResponse(partialSuccess: PartialSuccess | null): Uint8Array {
  return response.encode(response.fromObject(partialSuccess === null ? {} : { partialSuccess })).finish();
}
