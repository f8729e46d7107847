/** Lets the Redis client talk over the sockets of a network binding. */
import { Duplex } from "node:stream";
import type { RedisAddress } from "../../addresses.ts";
import type { Connector } from "../../redis/client.ts";
import { loginOf, withoutReply } from "./hasty-login.ts";
import type { Network, Socket } from "./runtime.ts";

/** The client is to be told no user and no password: they are sent here, and nobody waits for their answer. */
export function connectorOver(network: Network, address: RedisAddress): Connector {
  const { host = "", port = 6379 } = address;
  // As in an address of the web: the runtime reads both as one text.
  const hostname = host.includes(":") ? `[${host}]` : host;
  const login = loginOf(address);
  class SocketConnector {
    #stream: Duplex | undefined;

    check(): boolean {
      return true;
    }

    async connect(): Promise<Duplex> {
      const socket = network.connect({ hostname, port });
      try {
        await socket.opened;
      } catch (cause) {
        throw Object.assign(new Error("Redis cannot be reached", { cause }), { code: "EHOSTUNREACH" });
      }
      this.#stream = toDuplex(socket, login ? withoutReply() : (part) => part);
      // The client listens when it has the stream.
      this.#stream.on("error", () => {});
      if (login) this.#stream.write(login);
      return this.#stream;
    }

    disconnect(): void {
      this.#stream?.destroy();
    }
  }
  // The client asks for a subclass of its own, of which it uses these three methods.
  return SocketConnector as unknown as Connector;
}

/** With the parts of a socket that the client sets; none of them does anything here. `sift` may keep parts of what comes. */
function toDuplex(socket: Socket, sift: (part: Uint8Array) => Uint8Array | Error): Duplex {
  const writer = socket.writable.getWriter();
  const reader = socket.readable.getReader();
  const stream = new Duplex({
    read() {
      const readOn = (): Promise<void> =>
        reader.read().then(
          ({ done, value }) => {
            if (done) return void this.push(null);
            const part = sift(value);
            if (part instanceof Error) this.destroy(part);
            else if (part.length > 0) this.push(part);
            else return readOn();
          },
          (error: Error) => void this.destroy(error),
        );
      void readOn();
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
