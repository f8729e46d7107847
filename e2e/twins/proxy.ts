/** Stands between an executor and Redis, and breaks a connection between what Redis has done and its answer. */
import { connect, createServer, type AddressInfo, type Socket } from "node:net";

export interface Proxy {
  readonly url: string;
  /** Loses the answer to the next command that holds these bytes; resolves when it is lost. */
  loseAnswerTo(bytes: string): Promise<void>;
  stop(): Promise<void>;
}

export async function startProxy(redisUrl: string): Promise<Proxy> {
  const target = new URL(redisUrl);
  const sockets = new Set<Socket>();
  let wanted: { bytes: string; lost(): void } | null = null;

  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname);
    let breaks: (() => void) | null = null;
    const end = (): void => void [client, upstream].forEach((socket) => socket.destroy());
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("error", end).on("close", () => {
        sockets.delete(socket);
        end();
      });
    }
    client.on("data", (chunk) => {
      if (wanted && chunk.includes(wanted.bytes)) {
        breaks = wanted.lost;
        wanted = null;
      }
      upstream.write(chunk);
    });
    upstream.on("data", (chunk) => {
      if (!breaks) return void client.write(chunk);
      breaks();
      end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));

  const url = new URL(redisUrl);
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.toString(),
    loseAnswerTo: (bytes) => new Promise((lost) => void (wanted = { bytes, lost })),
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
