import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { systemClock } from "../clock.ts";
import type { Frame } from "./follow-run.ts";
import { sseStream } from "./sse-stream.ts";

const event = (seq: number, size = 10, type = "node.log"): Frame => ({
  kind: "event",
  event: {
    seq,
    type: type as "node.log",
    run_id: "run_s0_X",
    at: "2026-01-01T00:00:00.000Z",
    data: { message: "x".repeat(size) },
  },
});

interface Setup {
  stream: ReadableStream<Uint8Array>;
  made: () => number;
  ended: () => boolean;
  closed: () => number;
  /** Kept when it closes. */
  gone: Promise<void>;
  errors: unknown[];
  stop: AbortController;
}

function setUp(frames: (signal: AbortSignal) => AsyncGenerator<Frame>, stallMs = 30_000): Setup {
  const stop = new AbortController();
  const errors: unknown[] = [];
  let made = 0;
  let ended = false;
  let closed = 0;
  const { promise: gone, resolve: leave } = Promise.withResolvers<void>();
  const stream = sseStream({
    async *frames(signal) {
      try {
        for await (const frame of frames(signal)) {
          made += 1;
          yield frame;
        }
      } finally {
        ended = true;
      }
    },
    signal: stop.signal,
    clock: systemClock,
    random: () => 0,
    onError: (error) => errors.push(error),
    onClose() {
      closed += 1;
      leave();
    },
    stallMs,
  });
  return { stream, made: () => made, ended: () => ended, closed: () => closed, gone, errors, stop };
}

async function* endless(): AsyncGenerator<Frame> {
  for (let seq = 1; ; seq += 1) yield event(seq, 1000);
}

async function* quiet(signal: AbortSignal): AsyncGenerator<Frame> {
  yield event(1);
  await new Promise((resolve) => signal.addEventListener("abort", resolve));
}

describe("sseStream", () => {
  it("writes frames as EventSource reads them", async () => {
    const { stream, closed, ended } = setUp(async function* () {
      yield { kind: "snapshot", seq: 3, run: {} as never };
      yield { kind: "gap", seq: 5, from: 4, to: 5 };
      yield { kind: "heartbeat" };
      yield event(6, 1, "run.succeeded");
    });
    const blocks = (await new Response(stream).text()).split("\n\n");
    expect(blocks[0]).toBe(
      ': events of a run\nretry: 1000\nid: 3\nevent: snapshot\ndata: {"seq":3,"run":{}}',
    );
    expect(blocks[1]).toBe('id: 5\nevent: gap\ndata: {"from":4,"to":5}');
    expect(blocks[2]).toContain(": still here\nid: 6\nevent: run.succeeded\ndata: ");
    expect(blocks.slice(3)).toEqual([""]);
    expect([closed(), ended()]).toEqual([1, true]);
  });

  it("gives readers no block without data: some make an event of it", async () => {
    const { stream } = setUp(async function* () {
      yield { kind: "heartbeat" };
      yield event(1);
      yield { kind: "heartbeat" };
      yield { kind: "heartbeat" };
      yield event(2);
    });
    const blocks = (await new Response(stream).text()).split("\n\n").slice(0, -1);
    expect(blocks.map((block) => block.includes("\ndata: "))).toEqual([true, true]);
    expect(blocks.map((block) => block.includes("\nretry: "))).toEqual([true, false]);
  });

  it("lets no type that a box made up break a frame", async () => {
    const { stream } = setUp(async function* () {
      yield event(1, 1, "node.log\n\nid: 99");
    });
    expect((await new Response(stream).text()).match(/^id: /gm)).toHaveLength(1);
  });

  it("buffers no more than 64 KiB for a client that does not read", async () => {
    const { stream, made } = setUp(endless);
    const reader = stream.getReader();
    await reader.read();
    for (let turns = 0; turns < 50; turns += 1) await turn();
    expect(made()).toBeGreaterThan(10);
    expect(made()).toBeLessThan(70);
    await reader.cancel();
  });

  it("closes for a client that takes nothing for too long, and lets go of the run", async () => {
    const { stream, closed, ended, gone } = setUp(endless, 30);
    const reader = stream.getReader();
    await gone;
    await turn();
    expect([closed(), ended()]).toEqual([1, true]);
    let last = await reader.read();
    while (!last.done) last = await reader.read();
  });

  it.each(["cancel", "abort"] as const)("lets go of a quiet run at %s, once", async (way) => {
    const { stream, closed, ended, stop, errors } = setUp(quiet);
    const reader = stream.getReader();
    await reader.read();
    await reader.read();
    if (way === "cancel") await reader.cancel();
    else stop.abort();
    await turn();
    expect([closed(), ended(), errors]).toEqual([1, true, []]);
  });

  it("ends plainly when following failed, and tells the log", async () => {
    const { stream, errors, closed } = setUp(async function* () {
      yield event(1);
      throw new Error("inner workings");
    });
    const text = await new Response(stream).text();
    expect(text).not.toContain("inner workings");
    expect([errors.length, closed()]).toEqual([1, 1]);
  });
});
