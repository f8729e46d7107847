/** Handlers that behave as badly as they can, for tests of what that costs. Each thread loads this module by itself. */
import { setTimeout as delay } from "node:timers/promises";
import { threadId } from "node:worker_threads";
import type { NodeTypeDefinition } from "@myspinbot/contracts/node-types.ts";
import type { NodeTypeValidators } from "@myspinbot/contracts/validators.js";
import type { Handler, HandlerContext } from "../src/handlers/handler.ts";

type Rough = (context: HandlerContext, inputs: Record<string, unknown>) => unknown;

const never = () => new Promise(() => {});

const ROUGH: Record<string, Rough> = {
  echo: (_, inputs) => ({ ...inputs, threadId }),
  secrets: () => ({ names: Object.keys(process.env).filter((name) => name.startsWith("GATEWAY_")) }),
  block: () => {
    for (;;);
  },
  exit: () => process.exit(3),
  kill: () => process.kill(process.pid, "SIGKILL"),
  reject_unheard: () => {
    void Promise.reject(new Error("unheard"));
    return never();
  },
  throw_in_timer: () => {
    setTimeout(() => {
      throw new Error("in a timer");
    }, 1);
    return never();
  },
  /** Ends well and throws when nobody listens any more. */
  throw_late: (context) => {
    context.signal.addEventListener("abort", () => {});
    setTimeout(() => {
      throw new Error("late");
    }, 50);
    return { threadId };
  },
  /** Ends well and blocks its thread for ever behind that. */
  block_late: () => {
    setImmediate(() => {
      for (;;);
    });
    return { threadId };
  },
  hoard: () => {
    const kept: number[][] = [];
    for (;;) kept.push(Array.from({ length: 100_000 }, (_, i) => i * 1.5));
  },
  uncloneable: () => {
    throw Object.assign(new Error("odd"), { cause: new Error("below", { cause: () => {} }), self: () => {} });
  },
  nonsense: () => Promise.reject(Object.create({ toString: () => "nonsense" }) as Error),
  refuse: () => {
    throw Object.assign(new Error("The text is rude."), { code: "text-rude", pointer: "/inputs/text" });
  },
  deaf: (context) => {
    context.log("info", "began");
    return never();
  },
  polite: async ({ signal }) => {
    await delay(60_000, undefined, { signal }).catch(() => {});
    return { stopped: signal.aborted };
  },
  chatty: (context) => {
    for (let done = 1; done <= 100_000; done += 1) context.progress(done, 100_000, "words");
    for (let line = 1; line <= 1000; line += 1) context.log("info", `line ${line}`);
    return {};
  },
  date: () => ({ at: new Date(0) }),
};

/** `rough_` handlers have a check that behaves as they do; `raw_` ones have none. */
const types = ["rough", "raw"].flatMap((kind) => Object.keys(ROUGH).map((name) => `${kind}_${name}`));

const anything: NodeTypeValidators = { params: () => true, inputs: () => true, outputs: () => true };

const toHandler =
  (rough: Rough): Handler =>
  async (_params: never, inputs: never, context: HandlerContext) =>
    rough(context, inputs);

export const handlers: Record<string, Handler> = Object.fromEntries(
  Object.entries(ROUGH).flatMap(([name, rough]) => [
    [`rough_${name}`, Object.assign(toHandler(rough), { check: toHandler(rough) })],
    [`raw_${name}`, toHandler(rough)],
  ]),
);
export const nodeTypes: NodeTypeDefinition[] = types.map((type) => ({
  type,
  plane: "node",
  description: "Behaves badly.",
  timeout_s: 20,
  engines: ["rough"],
  resources: { cpu: 0, gpu: 0, vram_gb: 0 },
  schema_digest: "bad0".repeat(16),
  inputs: {},
  outputs: {},
}));
export const validators = Object.fromEntries(types.map((type) => [type, anything]));
