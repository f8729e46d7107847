import { describe, expect, it } from "vitest";
import { readBytes } from "./read-bytes.ts";

/** @param said Content-Length, or none */
function requestOf(body: RequestInit["body"], said?: number): Request {
  const headers = said === undefined ? {} : { "content-length": String(said) };
  return new Request("http://localhost/", { method: "POST", body, headers, duplex: "half" } as RequestInit);
}

function streamOf(parts: (Uint8Array | Error)[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    pull(controller) {
      const part = parts.shift();
      if (part === undefined) controller.close();
      else if (part instanceof Error) controller.error(part);
      else controller.enqueue(part);
    },
  });
}

const bytes = (size: number) => new Uint8Array(size).fill(7);
const codeOf = (read: Promise<unknown>) => read.then(() => "read").catch((e: { code?: string }) => e.code);

describe("readBytes", () => {
  it("reads whatever its length is said to be, or not said", async () => {
    expect(await readBytes(requestOf(bytes(5), 5), 10)).toEqual(bytes(5));
    expect(await readBytes(requestOf(streamOf([bytes(2), bytes(3)])), 10)).toEqual(bytes(5));
    expect(await readBytes(requestOf(streamOf([bytes(300_000)]), 300_000), 400_000)).toEqual(bytes(300_000));
    expect(await readBytes(requestOf(undefined), 10)).toEqual(bytes(0));
    expect(await readBytes(requestOf(undefined, 0), 10)).toEqual(bytes(0));
  });

  it("takes a small body as one, not as a stream", async () => {
    const request = requestOf(bytes(5), 5);
    Object.defineProperty(request, "body", {
      get() {
        throw new Error("its stream was asked for");
      },
    });
    expect(await readBytes(request, 10)).toEqual(bytes(5));
  });

  it.each([
    ["as it says", requestOf(bytes(11), 11)],
    ["without saying so", requestOf(streamOf([bytes(6), bytes(5)]))],
    ["though it says otherwise", requestOf(bytes(11), 5)],
    ["and says nothing that is a number", requestOf(bytes(11), Number.NaN)],
  ])("refuses what is too large, %s", async (_, request) => {
    expect(await codeOf(readBytes(request, 10))).toBe("body-too-large");
  });

  it.each([undefined, 5])(
    "says of a body that breaks off that its client is gone (length %s)",
    async (said) => {
      const request = requestOf(streamOf([bytes(2), new Error("reset")]), said);
      expect(await codeOf(readBytes(request, 10))).toBe("client-gone");
    },
  );
});
