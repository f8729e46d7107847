/**
 * A TCP proxy that delays both directions and counts turnarounds: how often the client speaks after the server has
 * spoken. With a delay, commands sent together arrive together, so a turnaround is a round trip that was waited for.
 */
import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { median } from "./stats.ts";

export interface WireCounts {
  readonly turnarounds: number;
  /** The longest chain of questions that each waited for an answer, over all connections that were opened since. */
  readonly chain: number;
  readonly bytesUp: number;
  readonly bytesDown: number;
}

export interface WireProxy {
  /** What a round trip really takes now, in ms: timers and a busy machine add to the delay that was set. */
  measureRtt(): Promise<number>;
  /** For round trips one by one, in between what is measured. */
  openPinger(): Promise<Pinger>;
  readonly port: number;
  readonly url: string;
  /** Sets the delay of one direction, in ms; a round trip costs twice as much. */
  setDelay(oneWayMs: number): void;
  /** What passed since the last call. */
  takeCounts(): WireCounts;
  close(): Promise<void>;
}

export interface Pinger {
  /** Ms of one round trip, which counts as a turnaround. */
  ping(): Promise<number>;
  close(): void;
}

const NOTHING = { turnarounds: 0, bytesUp: 0, bytesDown: 0 };

/** Timers fire up to a millisecond late, so the end of a delay is waited for in a loop. */
const SPIN_MS = 1.5;

/** Hands chunks on in order, each not before its time. */
class DelayLine {
  readonly #queue: { due: number; chunk: Buffer }[] = [];
  readonly #deliver: (chunk: Buffer) => void;
  #running = false;

  constructor(deliver: (chunk: Buffer) => void) {
    this.#deliver = deliver;
  }

  push(chunk: Buffer, delayMs: number): void {
    if (delayMs === 0 && this.#queue.length === 0) {
      this.#deliver(chunk);
      return;
    }
    this.#queue.push({ due: performance.now() + delayMs, chunk });
    if (!this.#running) this.#wait();
  }

  #wait = (): void => {
    const next = this.#queue[0];
    this.#running = next !== undefined;
    if (next === undefined) return;
    const left = next.due - performance.now();
    if (left > SPIN_MS) setTimeout(this.#wait, left - SPIN_MS);
    else if (left > 0) setImmediate(this.#wait);
    else {
      this.#queue.shift();
      this.#deliver(next.chunk);
      this.#wait();
    }
  };
}

export async function startWireProxy(targetPort: number): Promise<WireProxy> {
  const sockets = new Set<Socket>();
  let oneWayMs = 0;
  let counts = { ...NOTHING };
  /** Answers of the chain that have come back. */
  let answered = 0;
  let epoch = 0;

  const carry = (client: Socket): void => {
    const target = connect(targetPort, "127.0.0.1");
    let serverSpokeLast = true;
    const born = epoch;
    /** The link of the latest question, and that of each chunk that is on its way back. */
    let asked = 0;
    const links: number[] = [];
    const up = new DelayLine((chunk) => target.write(chunk));
    const down = new DelayLine((chunk) => {
      serverSpokeLast = true;
      const link = links.shift()!;
      if (born === epoch) answered = Math.max(answered, link);
      counts.bytesDown += chunk.length;
      client.write(chunk);
    });
    client.on("data", (chunk) => {
      if (serverSpokeLast) counts.turnarounds += 1;
      serverSpokeLast = false;
      asked = answered + 1;
      counts.bytesUp += chunk.length;
      up.push(chunk, oneWayMs);
    });
    target.on("data", (chunk) => {
      links.push(asked);
      down.push(chunk, oneWayMs);
    });
    for (const [one, other] of [
      [client, target],
      [target, client],
    ] as const) {
      one.setNoDelay(true);
      sockets.add(one);
      one.on("error", () => other.destroy());
      one.on("close", () => {
        sockets.delete(one);
        other.destroy();
      });
    }
  };

  const server = createServer(carry);
  const port = await listen(server);
  return {
    measureRtt: () => pingMs(port),
    openPinger: () => openPinger(port),
    port,
    url: `redis://127.0.0.1:${port}`,
    setDelay(ms) {
      oneWayMs = ms;
    },
    takeCounts() {
      const taken = { ...counts, chain: answered };
      counts = { ...NOTHING };
      answered = 0;
      epoch += 1;
      return taken;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      if (address === null || typeof address === "string") reject(new Error("no port"));
      else resolve(address.port);
    });
  });
}

const PINGS = 7;

/** The median of some pings, in ms, of the Redis behind a port of this machine. */
export async function pingMs(port: number): Promise<number> {
  const pinger = await openPinger(port);
  const times: number[] = [];
  for (let i = 0; i < PINGS; i += 1) times.push(await pinger.ping());
  pinger.close();
  return median(times);
}

export async function openPinger(port: number): Promise<Pinger> {
  const socket = connect(port, "127.0.0.1");
  socket.setNoDelay(true);
  const pinger: Pinger = {
    async ping() {
      const began = performance.now();
      socket.write("PING\r\n");
      await once(socket, "data");
      return performance.now() - began;
    },
    close: () => void socket.destroy(),
  };
  // The first one opens the connection.
  await pinger.ping();
  return pinger;
}
