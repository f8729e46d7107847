/** A call that is over says nothing more to its thread, which has the next call by then. */
import { describe, expect, it } from "vitest";
import type { HandlerCall } from "../../../executor/handler-host.ts";
import type { ToThread } from "./messages.ts";
import { callInThread, type Link } from "./thread-call.ts";

function open() {
  const sent: ToThread["kind"][] = [];
  let ends = 0;
  const link: Link = {
    send: (message) => sent.push(message.kind),
    end: () => ((ends += 1), Promise.resolve()),
    why: () => "",
    hear() {},
    lose() {},
  };
  return { link, sent, ends: () => ends };
}

function callOf(stopped: AbortSignal): HandlerCall {
  const about = { runId: "run_s0_1", taskId: "task_s0_1", nodeId: "a", attempt: 1, engine: "" };
  const heard = { progress() {}, log() {}, dropped() {} };
  return { type: "x", params: {}, inputs: {}, about, timeoutMs: 60_000, stopped, ...heard };
}

describe("a call that has ended", () => {
  it("does not stop the thread's next call when its task stops", async () => {
    const { link, sent, ends } = open();
    const task = new AbortController();
    const call = callInThread(link, callOf(task.signal));
    link.hear({ kind: "began" });
    link.hear({ kind: "end", outcome: { kind: "done", text: "{}" }, uncaught: false });
    expect(await call).toEqual({ kind: "done", text: "{}" });
    task.abort();
    expect([sent, ends()]).toEqual([["run"], 0]);
  });

  it("asks its thread to stop once while it runs", async () => {
    const { link, sent } = open();
    const task = new AbortController();
    const call = callInThread(link, callOf(task.signal));
    link.hear({ kind: "began" });
    task.abort();
    link.hear({ kind: "end", outcome: { kind: "done", text: "{}" }, uncaught: false });
    expect((await call) as object).toMatchObject({ kind: "refused", problem: { code: "canceled" } });
    expect(sent).toEqual(["run", "abort"]);
  });
});
