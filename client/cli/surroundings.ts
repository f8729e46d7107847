/** What `msb` takes from its surroundings, and what one command of it works with. */
import type { WriteStream } from "node:tty";
import type { Client } from "../src/client.ts";
import type { Runtime } from "../src/runtime.ts";

export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: AsyncIterable<Uint8Array>;
  readonly stdout: WriteStream;
  readonly stderr: WriteStream;
  readonly runtime: Runtime;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** One command with the gateway that it asks. */
export interface Session extends Surroundings {
  readonly client: Client;
  /** The gateway's address, as it was given. */
  readonly url: string;
  /** Whether a key is sent. */
  readonly hasKey: boolean;
  /** Whether answers are printed as JSON. */
  readonly json: boolean;
}
