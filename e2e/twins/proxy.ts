/** Stands between an executor and Redis, and breaks or freezes a connection between what Redis has done and its answer. */
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

export interface Proxy {
  readonly url: string;
  /** Loses the answer to the next command that holds these bytes; resolves when it is lost. */
  loseAnswerTo(bytes: string): Promise<void>;
  /** The connection stays open, and nothing comes through it any more; resolves when the answer was kept back. */
  withholdAnswerTo(bytes: string): Promise<void>;
  stop(): Promise<void>;
}

interface Wanted {
  bytes: string;
  /** Whether the connection breaks. */
  breaks: boolean;
  caught(): void;
}

export async function startProxy(redisUrl: string): Promise<Proxy> {
  const target = new URL(redisUrl);
  const sockets = new Set<Socket>();
  let wanted: Wanted | null = null;

  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname);
    let caught: Wanted | null = null;
    let isAnswered = false;
    const end = (): void => void [client, upstream].forEach((socket) => socket.destroy());
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("error", end).on("close", () => {
        sockets.delete(socket);
        end();
        // It was left before there was an answer: the next such command is waited for.
        if (!isAnswered) wanted ??= caught;
        isAnswered = true;
      });
    }
    client.on("data", (chunk) => {
      if (wanted && chunk.includes(wanted.bytes)) {
        caught = wanted;
        wanted = null;
      }
      upstream.write(chunk);
    });
    upstream.on("data", (chunk) => {
      if (!caught) return void client.write(chunk);
      isAnswered = true;
      caught.caught();
      if (caught.breaks) end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));

  const catchAnswerTo = (bytes: string, breaks: boolean): Promise<void> =>
    new Promise((caught) => void (wanted = { bytes, breaks, caught }));
  const url = new URL(redisUrl);
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.toString(),
    loseAnswerTo: (bytes) => catchAnswerTo(bytes, true),
    withholdAnswerTo: (bytes) => catchAnswerTo(bytes, false),
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
