/** Where handlers run: in place, or wherever the entry of the process can end them (threads, on Node.js). */
import type { Problem } from "@myspinbot/contracts/types.ts";
import type { HandlerContext } from "../handlers/handler.ts";

/** Who the work is for, as plain data. */
export type About = Pick<
  HandlerContext,
  "runId" | "taskId" | "nodeId" | "attempt" | "engine" | "traceparent"
>;

/** One call of a handler. */
export interface HandlerCall extends Pick<HandlerContext, "progress" | "log"> {
  type: string;
  params: Record<string, unknown>;
  inputs: Record<string, unknown>;
  about: About;
  /** From when the handler is called. */
  timeoutMs: number;
  /** Aborted when the whole task stops. */
  stopped: AbortSignal;
  /** Log lines of the handler were dropped on the way. */
  dropped(count: number): void;
}

/**
 * How a call ended: the JSON of its outputs, the problem that the run shall see, or what was thrown, which is for our log
 * alone.
 */
export type Outcome =
  { kind: "done"; text: string } | { kind: "refused"; problem: Problem } | { kind: "failed"; error: Error };

export interface HandlerHost {
  has(type: string): boolean;
  /** Never rejects. Resolves soon after time is over or the task stops, whether or not the handler listens. */
  run(call: HandlerCall): Promise<Outcome>;
  /** Whether the handler of a type can judge its inputs ahead. */
  hasCheck(type: string): boolean;
  /** Lets the handler judge those inputs that are known, apart from all work: `done` is no objection. Otherwise as `run`. */
  check(call: HandlerCall): Promise<Outcome>;
  /** Whether the handler of a type can say which engines are here. */
  hasEngines(type: string): boolean;
  /** Lets the handler say so: `done` with the JSON of a list. Otherwise as `run`. */
  engines(call: HandlerCall): Promise<Outcome>;
}
