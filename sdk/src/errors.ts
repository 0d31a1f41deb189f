/** The only thing the SDK ever throws, and only from `createMonitor`: options that cannot work. */
export class MonitorOptionsError extends Error {
  readonly code = 'BAD_OPTIONS';
  /** The option at fault, for example `nats.servers`. */
  readonly option: string;

  constructor(option: string, message: string) {
    super(`createMonitor: ${option} ${message}`);
    this.name = 'MonitorOptionsError';
    this.option = option;
  }
}
