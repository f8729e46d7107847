/** Lets the Redis client talk over the sockets of a network binding. */
import { Duplex } from "node:stream";
import type { RedisAddress } from "../../addresses.ts";
import type { Connector } from "../../redis/client.ts";
import type { Network, Socket } from "./runtime.ts";

export function connectorOver(network: Network, { host = "", port = 6379 }: RedisAddress): Connector {
  class SocketConnector {
    #stream: Duplex | undefined;

    check(): boolean {
      return true;
    }

    async connect(): Promise<Duplex> {
      const socket = network.connect({ hostname: host, port });
      try {
        await socket.opened;
      } catch (cause) {
        throw Object.assign(new Error("Redis cannot be reached", { cause }), { code: "EHOSTUNREACH" });
      }
      this.#stream = toDuplex(socket);
      return this.#stream;
    }

    disconnect(): void {
      this.#stream?.destroy();
    }
  }
  // The client asks for a subclass of its own, of which it uses these three methods.
  return SocketConnector as unknown as Connector;
}

/** With the parts of a socket that the client sets; none of them does anything here. */
function toDuplex(socket: Socket): Duplex {
  const writer = socket.writable.getWriter();
  const reader = socket.readable.getReader();
  const stream = new Duplex({
    read() {
      reader.read().then(
        ({ done, value }) => this.push(done ? null : value),
        (error: Error) => this.destroy(error),
      );
    },
    write(chunk: Uint8Array, _encoding, done) {
      writer.write(chunk).then(() => done(), done);
    },
    final(done) {
      writer.close().then(() => done(), done);
    },
    destroy(error, done) {
      socket.close().then(
        () => done(error),
        () => done(error),
      );
    },
  });
  const unchanged = (): Duplex => stream;
  return Object.assign(stream, {
    connecting: false,
    setKeepAlive: unchanged,
    setNoDelay: unchanged,
    setTimeout: unchanged,
    ref: unchanged,
    unref: unchanged,
  });
}
