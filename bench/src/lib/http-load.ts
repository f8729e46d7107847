/** A client that costs next to nothing: requests over sockets of its own, so that servers are measured and not it. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";

export interface Answered {
  readonly status: number;
  readonly ms: number;
}

export interface Target {
  readonly port: number;
  readonly path: string;
  /** Beside Host, Content-Type and Content-Length. */
  headers(nth: number): Record<string, string>;
  readonly body: string;
}

const HEAD_END = "\r\n\r\n";

/**
 * Sends `count` requests over so many connections, on each one after the other.
 * @param before waited for before each
 */
export async function load(
  target: Target,
  count: number,
  connections: number,
  before?: () => Promise<void>,
): Promise<Answered[]> {
  const answered: Answered[] = [];
  let sent = 0;
  const work = async (): Promise<void> => {
    const socket = connect(target.port, "127.0.0.1");
    socket.setNoDelay(true);
    await once(socket, "connect");
    const read = reader(socket);
    while (sent < count) {
      const nth = sent;
      sent += 1;
      await before?.();
      const began = performance.now();
      socket.write(request(target, nth));
      answered.push({ status: await read(), ms: performance.now() - began });
    }
    socket.destroy();
  };
  await Promise.all(Array.from({ length: Math.min(connections, count) }, work));
  return answered;
}

function request({ port, path, headers, body }: Target, nth: number): string {
  const lines = Object.entries({
    Host: `127.0.0.1:${port}`,
    "Content-Type": "application/json",
    "Content-Length": String(Buffer.byteLength(body)),
    ...headers(nth),
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `POST ${path} HTTP/1.1\r\n${lines.join("")}\r\n${body}`;
}

/** @returns what waits for one whole answer and tells its status */
function reader(socket: Socket): () => Promise<number> {
  let text = "";
  let wake: (() => void) | undefined;
  let gone = false;
  socket.setEncoding("latin1");
  socket.on("data", (chunk: string) => {
    text += chunk;
    wake?.();
  });
  socket.on("error", () => {});
  socket.on("close", () => {
    gone = true;
    wake?.();
  });
  return async () => {
    for (;;) {
      const end = text.indexOf(HEAD_END);
      if (end >= 0) {
        const length = Number(/\r\ncontent-length: (\d+)/i.exec(text.slice(0, end))?.[1] ?? Number.NaN);
        if (Number.isNaN(length)) throw new Error("an answer does not say how long it is");
        const whole = end + HEAD_END.length + length;
        if (text.length >= whole) {
          const status = Number(text.slice(9, 12));
          text = text.slice(whole);
          return status;
        }
      }
      if (gone) throw new Error("the server has closed a connection");
      await new Promise<void>((resolve) => (wake = resolve));
    }
  };
}
