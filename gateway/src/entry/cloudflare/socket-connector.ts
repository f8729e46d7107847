/** Lets the Redis client talk over the sockets of a network binding. */
import type { RedisAddress } from "../../addresses.ts";
import type { Connector } from "../../redis/client.ts";
import { loginOf, withoutReply } from "./hasty-login.ts";
import type { Network } from "./runtime.ts";
import { SocketStream } from "./socket-stream.ts";

/** The client is to be told no user and no password: they are sent here, and nobody waits for their answer. */
export function connectorOver(network: Network, address: RedisAddress): Connector {
  const { host = "", port = 6379 } = address;
  // As in an address of the web: the runtime reads both as one text.
  const hostname = host.includes(":") ? `[${host}]` : host;
  const login = loginOf(address);
  class SocketConnector {
    #stream: SocketStream | undefined;

    check(): boolean {
      return true;
    }

    /** That the socket is open nobody waits for: through a tunnel this takes as long as an answer. */
    async connect(): Promise<SocketStream> {
      const socket = network.connect({ hostname, port });
      this.#stream = new SocketStream(socket, login ? withoutReply() : (part) => part);
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
