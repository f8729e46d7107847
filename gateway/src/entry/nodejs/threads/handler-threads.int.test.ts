import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it, vi } from "vitest";
import { handlers } from "../../../../test/rough-extension.ts";
import type { HandlerCall, Outcome } from "../../../executor/handler-host.ts";
import { createHandlerThreads, type HandlerThreads } from "./handler-threads.ts";

const EXTENSION = fileURLToPath(new URL("../../../../test/rough-extension.ts", import.meta.url));

let threads: HandlerThreads | undefined;
const lines: { msg: string; fields: Record<string, unknown> }[] = [];
afterEach(() => {
  threads?.close();
  lines.length = 0;
  vi.unstubAllEnvs();
});

function open(most = 4): HandlerThreads {
  const write = (msg: string, fields = {}) => void lines.push({ msg, fields });
  threads = createHandlerThreads({
    types: Object.keys(handlers),
    checked: ["rough_echo", "rough_refuse", "rough_exit"],
    extension: EXTENSION,
    most,
    memoryMb: 32,
    logger: { debug: write, info: write, warn: write, error: write },
  });
  return threads;
}

function callOf(type: string, more: Partial<HandlerCall> = {}): HandlerCall {
  return {
    type: `rough_${type}`,
    params: {},
    inputs: {},
    about: { runId: "run_s0_1", taskId: "task_s0_1", nodeId: "a", attempt: 1, engine: "rough" },
    timeoutMs: 60_000,
    stopped: new AbortController().signal,
    progress() {},
    log() {},
    dropped() {},
    ...more,
  };
}

const outputsOf = (outcome: Outcome): Record<string, unknown> => {
  if (outcome.kind !== "done") throw new Error(JSON.stringify(outcome));
  return JSON.parse(outcome.text) as Record<string, unknown>;
};
const codeOf = (outcome: Outcome) => (outcome.kind === "refused" ? outcome.problem.code : outcome.kind);

describe("handlers in threads", () => {
  it("are those of the extension, and the next short call finds a warm thread", async () => {
    const host = open();
    const first = outputsOf(await host.run(callOf("echo", { inputs: { x: [1, "é"] } })));
    const second = outputsOf(await host.run(callOf("echo")));
    expect(first.x).toEqual([1, "é"]);
    expect(second.threadId).toBe(first.threadId);
    expect(first.threadId).not.toBe(0);
    expect([host.has("rough_echo"), host.has("echo")]).toEqual([true, false]);
  });

  it("run beside each other, and no more at once than allowed", async () => {
    const host = open(2);
    const stop = new AbortController();
    const began = Promise.withResolvers<void>();
    const deaf = host.run(callOf("deaf", { stopped: stop.signal, log: () => began.resolve() }));
    await began.promise;
    const others = await Promise.all([1, 2, 3].map((i) => host.run(callOf("echo", { inputs: { i } }))));
    expect(new Set(others.map((outcome) => outputsOf(outcome).threadId)).size).toBe(1);
    expect(others.map((outcome) => outputsOf(outcome).i)).toEqual([1, 2, 3]);
    stop.abort();
    expect(codeOf(await deaf)).toBe("canceled");
  });

  it("are not waited for by a call whose task stops", async () => {
    const host = open(1);
    const [stop, other] = [new AbortController(), new AbortController()];
    const began = Promise.withResolvers<void>();
    const deaf = host.run(callOf("deaf", { stopped: stop.signal, log: () => began.resolve() }));
    await began.promise;
    const queued = host.run(callOf("echo", { stopped: other.signal }));
    other.abort();
    expect(codeOf(await queued)).toBe("canceled");
    stop.abort();
    await deaf;
    expect(outputsOf(await host.run(callOf("echo", { inputs: { x: 1 } })))).toMatchObject({ x: 1 });
  });

  it("do not see the service's settings", async () => {
    vi.stubEnv("GATEWAY_S3_SECRET_KEY", "hunter2");
    expect(outputsOf(await open().run(callOf("secrets")))).toEqual({ names: [] });
  });

  it("cannot flood the executor", async () => {
    const done: number[] = [];
    const log: string[] = [];
    const call = callOf("chatty", { progress: (n) => done.push(n), log: (_, message) => log.push(message) });
    await open().run(call);
    expect(done.at(-1)).toBe(100_000);
    expect(done.length).toBeLessThan(100);
    expect(log.length).toBeLessThan(100);
  });
});

describe("checks in threads", () => {
  it("are those of handlers that have one, and say what these refuse", async () => {
    const host = open();
    expect([host.hasCheck("rough_refuse"), host.hasCheck("rough_polite")]).toEqual([true, false]);
    expect(await host.check(callOf("echo"))).toEqual({ kind: "done", text: "{}" });
    const refused = await host.check(callOf("refuse"));
    expect(codeOf(refused)).toBe("text-rude");
    expect(refused).toMatchObject({ problem: { errors: [{ pointer: "/inputs/text" }] } });
  });

  it.each([
    ["exits", "exit", "handler-crashed"],
    ["leaves a rejection unheard", "reject_unheard", "failed"],
    ["throws nonsense", "nonsense", "failed"],
  ])("cost nothing but their verdict when one %s", async (_, type, code) => {
    const host = open();
    expect(codeOf(await host.check(callOf(type)))).toBe(code);
    expect(codeOf(await host.check(callOf("echo")))).toBe("done");
    expect(outputsOf(await host.run(callOf("echo", { inputs: { x: 1 } })))).toMatchObject({ x: 1 });
  });

  it("do not wait for work, nor work for them", async () => {
    const host = open(1);
    const [stop, began] = [new AbortController(), Promise.withResolvers<void>()];
    const working = host.run(callOf("deaf", { stopped: stop.signal, log: () => began.resolve() }));
    await began.promise;
    expect(codeOf(await host.check(callOf("refuse")))).toBe("text-rude");
    stop.abort();
    await working;
    const judging = host.check(callOf("deaf", { timeoutMs: 60_000, stopped: new AbortController().signal }));
    expect(outputsOf(await host.run(callOf("echo", { inputs: { x: 2 } })))).toMatchObject({ x: 2 });
    threads!.close();
    expect(codeOf(await judging)).toBe("handler-crashed");
  });

  it("are stopped when their time is over", async () => {
    const host = open();
    expect(codeOf(await host.check(callOf("block", { timeoutMs: 50 })))).toBe("node-timeout");
    expect(codeOf(await host.check(callOf("echo")))).toBe("done");
  });
});

describe("a handler costs its own node at most when it", () => {
  it.each([
    ["exits", "exit", "handler-crashed"],
    ["leaves a rejection unheard", "reject_unheard", "failed"],
    ["throws in a timer", "throw_in_timer", "failed"],
    ["needs all memory", "hoard", "handler-crashed"],
    ["throws what cannot be copied", "uncloneable", "failed"],
    ["throws nonsense", "nonsense", "failed"],
    ["answers what JSON cannot keep", "date", "invalid-output"],
    ["refuses by a code of its own", "refuse", "text-rude"],
  ])("%s", async (_, type, code) => {
    const host = open();
    expect(codeOf(await host.run(callOf(type)))).toBe(code);
    expect(outputsOf(await host.run(callOf("echo", { inputs: { x: 1 } })))).toMatchObject({ x: 1 });
  });

  it.each(["block", "deaf"])(
    "does not stop when its time is over (%s): its thread is ended",
    async (type) => {
      const host = open();
      expect(codeOf(await host.run(callOf(type, { timeoutMs: 50 })))).toBe("node-timeout");
      expect(outputsOf(await host.run(callOf("echo", { inputs: { x: 1 } })))).toMatchObject({ x: 1 });
    },
  );

  it("blocks and its task is stopped: its thread is ended", async () => {
    const host = open();
    const stop = new AbortController();
    const blocked = host.run(callOf("block", { stopped: stop.signal }));
    await host.run(callOf("echo"));
    stop.abort();
    expect(codeOf(await blocked)).toBe("canceled");
  });

  it("stops when it is asked: its thread goes on", async () => {
    const host = open();
    const { threadId } = outputsOf(await host.run(callOf("echo")));
    expect(codeOf(await host.run(callOf("polite", { timeoutMs: 20 })))).toBe("node-timeout");
    expect(outputsOf(await host.run(callOf("echo"))).threadId).toBe(threadId);
  });

  it("throws after its end: the next call in its thread goes on", async () => {
    const host = open();
    const { threadId } = outputsOf(await host.run(callOf("throw_late")));
    const stop = new AbortController();
    const next = host.run(callOf("polite", { stopped: stop.signal }));
    await vi.waitFor(
      () => expect(lines.map(({ msg }) => msg)).toContain("handler threw after its end"),
      10_000,
    );
    stop.abort();
    expect(codeOf(await next)).toBe("canceled");
    expect(outputsOf(await host.run(callOf("echo"))).threadId).toBe(threadId);
  });

  it("blocks its thread behind its end: the next call gets another one", async () => {
    const host = open();
    const { threadId } = outputsOf(await host.run(callOf("block_late")));
    await vi.waitFor(async () => {
      expect(outputsOf(await host.run(callOf("echo"))).threadId).not.toBe(threadId);
    }, 10_000);
  });
});
