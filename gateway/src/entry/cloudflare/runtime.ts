/** What this gateway uses of the Workers runtime: its own types would put Workers' globals in place of everybody's. */

export interface Socket {
  readable: ReadableStream<Uint8Array>;
  writable: WritableStream<Uint8Array>;
  opened: Promise<unknown>;
  close(): Promise<void>;
}

/** A Workers VPC network: what lies behind a tunnel. Locally the runtime's own network service has the same shape. */
export interface Network {
  connect(address: { hostname: string; port: number }): Socket;
  fetch: typeof fetch;
}

/** Static files. */
export interface Assets {
  fetch(request: Request): Promise<Response>;
}

/** One event, as a request is; what is handed to `waitUntil` may go on behind its end, for at most 30 s. */
export interface EventContext {
  waitUntil(work: Promise<unknown>): void;
}

export interface CronEvent {
  /** Milliseconds since the epoch. */
  scheduledTime: number;
}

export type Bindings = Readonly<Record<string, unknown>>;

export interface Worker {
  fetch(request: Request, bindings: Bindings, context: EventContext): Promise<Response>;
  scheduled(event: CronEvent, bindings: Bindings, context: EventContext): Promise<void>;
}

/** One line of the log. */
export function writeLine(line: string): void {
  // eslint-disable-next-line no-console -- it is where this runtime takes the log from
  console.log(line);
}
