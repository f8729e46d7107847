/** Runs one node: checks what goes in, calls the handler within its time, checks what comes out. */
import { ulid } from "ulid";
import type { NodeResult, Problem } from "@myspinbot/contracts/types.ts";
import { DEFAULTS } from "@myspinbot/contracts/wire.ts";
import { AppError } from "../errors/app-error.ts";
import { fieldErrors } from "../errors/field-errors.ts";
import { problemOf, toProblem } from "../errors/problem.ts";
import type { HandlerContext } from "../handlers/handler.ts";
import type { Logger } from "../telemetry/logger.ts";
import type { PlannedNode } from "./task-plan.ts";

type Outputs = Record<string, unknown>;

export interface NodeCall {
  planned: PlannedNode;
  inputs: Outputs;
  /** The handler's context without its signal. */
  context: Omit<HandlerContext, "signal">;
  /** Aborted when the whole task stops. */
  stopped: AbortSignal;
  /** Monotonic milliseconds. */
  now(): number;
  logger: Logger;
}

/** setTimeout's range. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The node's result, or null when the task was stopped meanwhile. Never rejects. */
export async function runNode(call: NodeCall): Promise<NodeResult | null> {
  const { planned, stopped, now } = call;
  const began = now();
  const end = await attempt(call).then(
    (outputs) => ({ status: "succeeded" as const, outputs }),
    (error: unknown) => ({ status: "failed" as const, error }),
  );
  if (stopped.aborted) return null;
  const head = {
    node_id: planned.node.id,
    attempt: planned.node.attempt,
    ...(planned.engine === "" ? {} : { engine: planned.engine }),
    timing: { execute_s: Math.max(0, (now() - began) / 1000) },
  };
  if (end.status === "succeeded") return { ...head, status: end.status, outputs: end.outputs };
  return { ...head, status: end.status, problem: describe(end.error, call) };
}

async function attempt(call: NodeCall): Promise<Outputs> {
  const { node, type } = call.planned;
  const errors = [
    ...fieldErrors(type.validators.params, node.params, "/params"),
    ...fieldErrors(type.validators.inputs, call.inputs, "/inputs"),
  ];
  if (errors.length > 0) {
    throw new AppError("invalid-input", `The node ${node.id} got what ${node.type} does not take.`, {
      errors,
    });
  }
  return checkOutputs(call.planned, await callHandler(call));
}

/** Rejects when time is over or the task stops, whether or not the handler listens to its signal. */
async function callHandler({ planned, inputs, context, stopped }: NodeCall): Promise<unknown> {
  const { node, type, handler } = planned;
  const ended = new AbortController();
  const time = new AbortController();
  const timer = setTimeout(() => time.abort(), Math.min(node.timeout_s * 1000, LONGEST_TIMER_MS));
  const signal = AbortSignal.any([time.signal, stopped]);
  const cut = new Promise<never>((_, reject) => {
    const end = () =>
      reject(new AppError("node-timeout", `The node ${node.id} did not end within ${node.timeout_s} s.`));
    if (signal.aborted) end();
    signal.addEventListener("abort", end, { once: true, signal: ended.signal });
  });
  cut.catch(() => {});
  const whileRunning = <Args extends unknown[]>(say: (...args: Args) => void) => {
    return (...args: Args) => {
      if (!ended.signal.aborted) say(...args);
    };
  };
  const own = { progress: whileRunning(context.progress), log: whileRunning(context.log), signal };
  try {
    const params = { ...type.param_defaults, ...node.params };
    const work = Promise.resolve(handler(params as never, inputs as never, { ...context, ...own }));
    return await Promise.race([work, cut]);
  } finally {
    clearTimeout(timer);
    ended.abort();
  }
}

/** What is passed on is what JSON keeps of the outputs, so that both planes see the same. */
function checkOutputs({ node, type }: PlannedNode, outputs: unknown): Outputs {
  const text = toJson(outputs, node.id);
  const bytes = new TextEncoder().encode(text).length;
  if (bytes > DEFAULTS.node_output_bytes) {
    const detail = `The outputs of ${node.id} are ${bytes} bytes of JSON; ${DEFAULTS.node_output_bytes} are allowed.`;
    throw new AppError("output-too-large", detail);
  }
  const plain: unknown = text === undefined ? undefined : JSON.parse(text);
  const errors = fieldErrors(type.validators.outputs, plain, "/outputs");
  if (errors.length > 0) {
    throw new AppError("invalid-output", `The outputs of ${node.id} do not fit ${node.type}.`, { errors });
  }
  return plain as Outputs;
}

function toJson(outputs: unknown, node: string): string | undefined {
  try {
    return JSON.stringify(outputs);
  } catch (error) {
    throw new AppError("invalid-output", `The outputs of ${node} cannot be written as JSON.`, {}, error);
  }
}

/** Unknown errors are for our log alone: the run sees an id to ask for. */
function describe(error: unknown, { planned, logger }: NodeCall): Problem {
  const { id, type } = planned.node;
  if (error instanceof AppError) return problemOf(error, id);
  const error_id = ulid();
  logger.error("handler failed", { error_id, node_id: id, node_type: type, error });
  const detail = `The handler of ${type} failed; the gateway's log knows more under ${error_id}.`;
  return toProblem("handler-failed", detail, { instance: id });
}
