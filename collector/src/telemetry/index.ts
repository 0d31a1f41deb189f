export { type Instruments, noInstruments } from './instruments.ts';
export { measuredStore } from './measured-store.ts';
export { type StateGauges, startTelemetry, stateScope, type Telemetry } from './telemetry.ts';
