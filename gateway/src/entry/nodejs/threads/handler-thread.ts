/** The code of a thread that runs handlers, one call at a time: what goes wrong here costs this thread at most. */
import { systemClock } from "../../../clock.ts";
import { AsyncLocalStorage } from "node:async_hooks";
import { parentPort, workerData } from "node:worker_threads";
import {
  callCheck,
  callEngines,
  callHandler,
  plainError,
  readFailure,
} from "../../../executor/call-handler.ts";
import type { Outcome } from "../../../executor/handler-host.ts";
import { createNotes } from "../../../executor/notes.ts";
import type { Handlers } from "../../../handlers/handler.ts";
import { HANDLERS } from "../../../handlers/registry.ts";
import { loadExtension } from "../load-extension.ts";
import type { CallKind, FromThread, ThreadData, ToThread } from "./messages.ts";

type Run = ToThread & { kind: CallKind };

const HOW = { run: callHandler, check: callCheck, engines: callEngines };

interface Running {
  node: string;
  abort: AbortController;
  end(outcome: Outcome, uncaught: boolean): void;
}

const port = parentPort!;
const say = (message: FromThread) => port.postMessage(message);
/** Whose work is being done: also in what a handler left behind and what comes back when its call is over. */
const whose = new AsyncLocalStorage<Running>();
let running: Running | null = null;

/** Thinned out here already, so that a handler cannot flood the executor's thread. */
function start({ about, type }: Run): Running & { notes: ReturnType<typeof createNotes> } {
  const notes = createNotes({
    add: ({ type, body }) => say({ kind: "note", type, body }),
    onDropped: (_node, count) => say({ kind: "dropped", count }),
    clock: systemClock,
  });
  const mine = {
    node: `${type} ${about.nodeId}`,
    abort: new AbortController(),
    notes,
    end(outcome: Outcome, uncaught: boolean) {
      if (running !== mine) return;
      running = null;
      notes.ended(about.nodeId);
      notes.stop();
      say({ kind: "end", outcome, uncaught });
    },
  };
  running = mine;
  return mine;
}

async function run(call: Run, handlers: Handlers): Promise<void> {
  const mine = start(call);
  const { notes, abort } = mine;
  const { nodeId } = call.about;
  say({ kind: "began" });
  const context = {
    ...call.about,
    signal: abort.signal,
    progress: (done: number, total: number, unit: string) => {
      if (running === mine) notes.progress(nodeId, { done, total, unit });
    },
    log: (level: "debug" | "info" | "warn" | "error", message: string) => {
      if (running === mine) notes.log(nodeId, { level, message });
    },
  };
  const how = HOW[call.kind];
  const outcome = await whose.run(mine, () => how(handlers[call.type]!, call, context));
  mine.end(outcome, false);
}

/** What nobody caught fails the node that it belongs to, and no other. */
process.on("uncaughtException", (thrown: unknown) => {
  const culprit = whose.getStore();
  const outcome = readFailure(thrown);
  const error = plainError(thrown);
  if (culprit && culprit !== running) say({ kind: "stray", node: culprit.node, error });
  else if (running) running.end(outcome, true);
  else say({ kind: "stray", node: "unknown", error });
});

const { extension } = workerData as ThreadData;
const handlers: Handlers = { ...HANDLERS, ...(await loadExtension(extension)).handlers };
port.on("message", (message: ToThread) => {
  if (message.kind === "abort") running?.abort.abort();
  else void run(message, handlers);
});
say({ kind: "ready" });
