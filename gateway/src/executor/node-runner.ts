/**
 * Runs one node: checks what goes in, has the handler called within its time, checks what comes out; node_runner.py
 * is its twin.
 */
import type { Clock } from "../clock.ts";
import type { NodeResult, Problem } from "@myspinbot/contracts/types.ts";
import { EXECUTOR } from "@myspinbot/contracts/wire.ts";
import { fieldErrors } from "../errors/field-errors.ts";
import { toProblem } from "../errors/problem.ts";
import { newErrorId } from "../ids.ts";
import type { Logger } from "../telemetry/logger.ts";
import type { HandlerCall, HandlerHost, Outcome } from "./handler-host.ts";
import type { PlannedNode } from "./schedule.ts";

type Outputs = Record<string, unknown>;

export interface NodeCall extends Pick<HandlerCall, "about" | "progress" | "log" | "dropped" | "stopped"> {
  planned: PlannedNode;
  inputs: Outputs;
  showFailures?: boolean | undefined;
  host: HandlerHost;
  clock: Clock;
  logger: Logger;
}

type End = { status: "succeeded"; outputs: Outputs } | { status: "failed"; problem: Problem };

/** The node's result, or null when the task was stopped meanwhile. Never rejects. */
export async function runNode(call: NodeCall): Promise<NodeResult | null> {
  const { planned, stopped, clock } = call;
  const began = clock.elapsed();
  const end = checkInputs(call) ?? (await callHandler(call));
  if (stopped.aborted) return null;
  const head = {
    node_id: planned.node.id,
    attempt: planned.node.attempt,
    ...(planned.engine === "" ? {} : { engine: planned.engine }),
    timing: { execute_s: Math.max(0, (clock.elapsed() - began) / 1000) },
  };
  return { ...head, ...end };
}

/** Unknown errors are for our log alone: the run sees an id to ask for, and the last line where that is wanted. */
export function toNodeProblem(
  outcome: Exclude<Outcome, { kind: "done" }>,
  { node: { id, type } }: PlannedNode,
  { logger, showFailures }: { logger: Logger; showFailures?: boolean | undefined },
): Problem {
  if (outcome.kind === "refused") return { ...outcome.problem, instance: id };
  const error_id = newErrorId();
  logger.error("handler failed", { error_id, node_id: id, node_type: type, error: outcome.error });
  const detail = `The handler failed; the log knows more under ${error_id}.`;
  const { name, message } = outcome.error;
  const lastLine = `${name}: ${message}`
    .trim()
    .split("\n")
    .at(-1)!
    .slice(0, EXECUTOR.last_line_characters)
    .toWellFormed();
  return toProblem("handler-failed", showFailures ? `${detail} ${lastLine}` : detail, { instance: id });
}

function checkInputs({ planned: { node, type }, inputs }: NodeCall): End | null {
  const errors = [
    ...fieldErrors(type.validators.params, node.params, "/params"),
    ...fieldErrors(type.validators.inputs, inputs, "/inputs"),
  ];
  if (errors.length === 0) return null;
  const { pointer, detail } = errors[0]!;
  const what = `The node ${node.id} got what ${node.type} does not take: ${pointer} ${detail}.`;
  return { status: "failed", problem: toProblem("invalid-input", what, { instance: node.id, errors }) };
}

async function callHandler(call: NodeCall): Promise<End> {
  const { planned, inputs, about, stopped, host } = call;
  const { node, type } = planned;
  let isOver = false;
  const whileRunning = <Args extends unknown[]>(say: (...args: Args) => void) => {
    return (...args: Args) => {
      if (!isOver) say(...args);
    };
  };
  const outcome = await host.run({
    type: node.type,
    params: { ...type.param_defaults, ...node.params },
    inputs,
    about,
    timeoutMs: node.timeout_s * 1000,
    stopped,
    progress: whileRunning(call.progress),
    log: whileRunning(call.log),
    dropped: whileRunning(call.dropped),
  });
  isOver = true;
  if (outcome.kind === "done") return checkOutputs(planned, outcome.text);
  return { status: "failed", problem: toNodeProblem(outcome, planned, call) };
}

/** What is passed on is what JSON keeps of the outputs, so that both planes see the same. */
function checkOutputs({ node, type }: PlannedNode, text: string): End {
  const outputs: unknown = JSON.parse(text);
  const errors = fieldErrors(type.validators.outputs, outputs, "/outputs");
  if (errors.length === 0) return { status: "succeeded", outputs: outputs as Outputs };
  const { pointer, detail } = errors[0]!;
  const what = `The outputs of ${node.id} do not fit ${node.type}: ${pointer} ${detail}.`;
  return { status: "failed", problem: toProblem("invalid-output", what, { instance: node.id, errors }) };
}
