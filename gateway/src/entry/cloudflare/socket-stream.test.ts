/** What the Redis client is given in place of a socket of Node.js. */
import { describe, expect, it } from "vitest";
import type { Socket } from "./runtime.ts";
import { SocketStream } from "./socket-stream.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A socket whose other end is the test's. */
function opening() {
  const sent: string[] = [];
  let other: ReadableStreamDefaultController<Uint8Array> | undefined;
  const opened = Promise.withResolvers<unknown>();
  let isClosed = false;
  const socket: Socket = {
    opened: opened.promise,
    writable: new WritableStream({ write: (part) => void sent.push(new TextDecoder().decode(part)) }),
    readable: new ReadableStream({ start: (controller) => void (other = controller) }),
    close: () => Promise.resolve(void (isClosed = true)),
  };
  const stream = new SocketStream(socket, (part) => (part[0] === 45 ? new Error("refused") : part));
  const heard: string[] = [];
  stream.on("data", (part: Buffer) => heard.push(part.toString()));
  stream.on("error", (error: Error & { code?: string }) =>
    heard.push(`${error.message} ${error.code ?? ""}`),
  );
  const closed = new Promise((hear) => stream.once("close", hear));
  return { stream, sent, heard, opened, closed, isClosed: () => isClosed, other: other! };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("a socket of the runtime", () => {
  it("takes what is written before it is open, and sends what one turn writes together", async () => {
    const { stream, sent } = opening();
    expect(stream.write("a")).toBe(true);
    stream.write(bytes("ü"));
    stream.write("b");
    await turn();
    stream.write("c");
    await turn();
    expect(sent).toEqual(["aüb", "c"]);
  });

  it("tells what comes once somebody listens, and that the other end has left", async () => {
    const { stream, heard, closed, other, isClosed } = opening();
    other.enqueue(bytes("a"));
    await turn();
    expect(heard).toEqual([]);
    stream.resume();
    other.enqueue(bytes("b"));
    await turn();
    other.close();
    expect([await closed, heard, stream.writable, isClosed()]).toEqual([false, ["a", "b"], false, true]);
  });

  it("ends with what the sieve does not let through", async () => {
    const { stream, heard, closed, other } = opening();
    stream.resume();
    other.enqueue(bytes("-ERR"));
    expect([await closed, heard]).toEqual([true, ["refused "]]);
  });

  it.each([
    ["cannot be opened", false, "Redis cannot be reached EHOSTUNREACH"],
    ["breaks", true, "cut "],
  ])("says so once when it %s", async (_how, isOpen, said) => {
    const { stream, heard, closed, opened, other } = opening();
    stream.resume();
    if (isOpen) opened.resolve(undefined);
    else opened.reject(new Error("cut"));
    await turn();
    other.error(new Error("cut"));
    await closed;
    stream.destroy();
    await turn();
    expect(heard).toEqual([said]);
  });

  it("sends what was written before it was given up, and tells nothing any more", async () => {
    const { stream, sent, heard, closed, other } = opening();
    stream.resume();
    stream.write("a");
    stream.destroy();
    other.enqueue(bytes("b"));
    await closed;
    await turn();
    expect([sent, heard]).toEqual([["a"], []]);
  });
});
