/** Frames of clients, cut anywhere, and what is no frame of a client. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createFrameReader, framed } from "./frames.ts";

const KEY = Buffer.from([0x11, 0x22, 0x44, 0x88]);

/** What a client sends: the edge's frame with a mask. */
function masked(opcode: "bytes" | "ping" | "close", payload: Buffer): Buffer {
  const frame = framed(opcode, payload);
  const head = frame.subarray(0, frame.length - payload.length);
  head[1]! |= 0x80;
  return Buffer.concat([head, KEY, payload.map((byte, i) => byte ^ KEY[i % KEY.length]!)]);
}

function hearing() {
  const heard = { data: [] as Buffer[], pings: [] as string[], closes: 0, wrongs: 0 };
  const read = createFrameReader({
    data: (chunk) => void heard.data.push(Buffer.from(chunk)),
    ping: (payload) => void heard.pings.push(payload.toString()),
    close: () => void (heard.closes += 1),
    wrong: () => void (heard.wrongs += 1),
  });
  return { heard, read };
}

describe("frames of a client", () => {
  it("are read however they are cut", () => {
    const sizes = fc.constantFrom(0, 1, 3, 125, 126, 127, 65_535, 65_536, 70_001);
    fc.assert(
      fc.property(fc.array(sizes, { maxLength: 5 }), fc.array(fc.nat(200_000)), (payloads, cuts) => {
        const sent = payloads.map((size, i) => Buffer.alloc(size, `${i} and more`));
        const wire = Buffer.concat([
          ...sent.flatMap((payload, i) => [masked("bytes", payload), masked("ping", Buffer.from(`${i}`))]),
          masked("close", Buffer.alloc(0)),
        ]);
        const ends = [...new Set([...cuts.filter((cut) => cut < wire.length), wire.length])];
        ends.sort((a, b) => a - b);
        const { heard, read } = hearing();
        // A copy of each, as it comes from a socket: it is unmasked in its place.
        ends.forEach((end, i) => read(Buffer.from(wire.subarray(ends[i - 1] ?? 0, end))));
        expect(Buffer.concat(heard.data).equals(Buffer.concat(sent))).toBe(true);
        expect(heard.pings).toEqual(sent.map((_, i) => `${i}`));
        expect([heard.closes, heard.wrongs]).toEqual([1, 0]);
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    ["bytes that are not masked", framed("bytes", Buffer.from("a"))],
    ["a ping that is too long", Buffer.from([0x89, 0xfe, 0x01, 0x00])],
    ["a frame of an extension", Buffer.from([0xc2, 0x81, 0, 0, 0, 0, 0x61])],
    ["a kind that nobody knows", Buffer.from([0x83, 0x80])],
  ])("are refused: %s", (_, bytes) => {
    const { heard, read } = hearing();
    read(masked("bytes", Buffer.from("before")));
    read(bytes);
    expect([Buffer.concat(heard.data).toString(), heard.wrongs]).toEqual(["before", 1]);
  });
});
