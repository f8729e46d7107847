/** What a handler of the node plane is: the work of one node type, knowing nothing of Redis or HTTP. */

import type { EngineCapability } from "@myspinbot/contracts/types.ts";

/** Who the work is for, and how to talk about it while it lasts. */
export interface HandlerContext {
  readonly runId: string;
  readonly taskId: string;
  readonly nodeId: string;
  readonly attempt: number;
  /** The engine to use; `auto` has been resolved. Empty when the node type has no engines. */
  readonly engine: string;
  /** The attempt's span in the run's trace, for the header `traceparent` of what the handler asks; absent where none is told. */
  readonly traceparent?: string | undefined;
  /** Aborted on cancel, time limit and stop. The thread of a handler that ignores it is ended half a second later. */
  readonly signal: AbortSignal;
  /** How far the work is; called as often as one likes, the rest is dropped on the way. */
  progress(done: number, total: number, unit: string): void;
  /** A line in the run's log, for the person who started the run. */
  log(level: "debug" | "info" | "warn" | "error", message: string): void;
}

/**
 * Answers the outputs, as plain JSON. A handler may be run again for the same node: its effects are repeatable. On
 * Node.js each call has a thread for itself, and several threads load the module: what it keeps there, others do not see.
 * @throws AppError, or anything with a `code` (a slug) and a `detail` or message, for what the run shall see; `errors` or
 * `pointer` name fields. Its class decides about a retry; a code of the handler's own is permanent unless `class` says
 * `retryable`. Everything else becomes `handler-failed`.
 */
export interface Handler<Params = never, Inputs = never, Outputs = unknown> {
  (params: Params, inputs: Inputs, context: HandlerContext): Promise<Outputs>;
  check?: Check<Params, Inputs>;
  /** Without it all engines of the type are part of the gateway. */
  engines?: FindEngines;
}

/**
 * Says which engines of the type can be used here now, and why others cannot. Asked at the start, every so often and when
 * work has failed, so it should be quick. Where it throws, the type has none, with what was thrown as the reason.
 */
export type FindEngines = () => readonly EngineCapability[] | Promise<readonly EngineCapability[]>;

/**
 * Judges, before the first node of a task begins, what is known of a node that runs for certain. Any input may be
 * missing. It throws, as the handler does, what is wrong for certain; it should take milliseconds and change nothing. It
 * is a courtesy: the handler must refuse the same by itself.
 */
export type Check<Params = never, Inputs = never> = (
  params: Params,
  inputs: Partial<Inputs>,
  context: HandlerContext,
) => unknown;

/** Handlers by node type. */
export type Handlers = Readonly<Record<string, Handler>>;
