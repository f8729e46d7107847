/** Lets handlers judge what is known of a task's nodes before the first of them begins; task_checks.py is its twin. */
import { withinMs, type Clock } from "../clock.ts";
import type { NodeResult, Problem } from "@myspinbot/contracts/types.ts";
import { EXECUTOR } from "@myspinbot/contracts/wire.ts";
import { fieldErrors } from "../errors/field-errors.ts";
import { toProblem } from "../errors/problem.ts";
import type { Logger } from "../telemetry/logger.ts";
import type { HandlerCall, HandlerHost } from "./handler-host.ts";
import { knownInputs } from "./node-inputs.ts";
import { toNodeProblem } from "./node-runner.ts";
import type { Reports } from "./reports.ts";
import type { Admitted } from "./admission.ts";
import type { PlannedNode } from "./schedule.ts";

export interface TaskChecks {
  plan: Admitted;
  host: HandlerHost;
  stopped: AbortSignal;
  showFailures?: boolean | undefined;
  clock: Clock;
  logger: Logger;
}

/** Whether a handler's check found something wrong, which is reported: then no node of the task begins. */
export async function isRefused(checks: TaskChecks, report: Reports["add"]): Promise<boolean> {
  const refusals = await findRefusals(checks);
  if (checks.stopped.aborted) return false;
  for (const refusal of refusals)
    report({ kind: "result", node: refusal.node_id, type: "", body: JSON.stringify(refusal) });
  return refusals.length > 0;
}

/** A failed result for each node that is refused; later tasks' nodes included. Never rejects. */
async function findRefusals(checks: TaskChecks): Promise<NodeResult[]> {
  return withinMs(checks.clock, EXECUTOR.checks_ms, async (late) => {
    const stopped = AbortSignal.any([checks.stopped, late]);
    const found: NodeResult[] = [];
    for (const planned of [...checks.plan.nodes, ...checks.plan.ahead]) {
      const { id, attempt, check } = planned.node;
      if (!check || stopped.aborted) continue;
      const problem = wrongValues(planned) ?? (await askHandler({ ...checks, stopped }, planned));
      const engine = planned.engine === "" ? {} : { engine: planned.engine };
      if (problem) found.push({ node_id: id, attempt, ...engine, status: "failed", problem });
    }
    return found;
  });
}

/** Params are all known; of the inputs, what is missing may still come. */
function wrongValues(planned: PlannedNode): Problem | null {
  const { node, type } = planned;
  const known = knownInputs(planned);
  const isKnown = (pointer: string) =>
    Object.keys(known).some((name) => `${pointer}/`.startsWith(`/inputs/${name}/`));
  const errors = [
    ...fieldErrors(type.validators.params, node.params, "/params"),
    ...fieldErrors(type.validators.inputs, known, "/inputs").filter(({ pointer }) => isKnown(pointer)),
  ];
  if (errors.length === 0) return null;
  const { pointer, detail } = errors[0]!;
  const what = `The node ${node.id} got what ${node.type} does not take: ${pointer} ${detail}.`;
  return toProblem("invalid-input", what, { instance: node.id, errors });
}

/** What makes the node fail whatever else comes; null also where that is not known: late, crashed, to be tried again. */
async function askHandler(checks: TaskChecks, planned: PlannedNode): Promise<Problem | null> {
  const { plan, host, stopped, logger } = checks;
  const { node, type, engine } = planned;
  if (!host.hasCheck(node.type)) return null;
  const { run_id, task_id } = plan.task;
  const call: HandlerCall = {
    type: node.type,
    params: { ...type.param_defaults, ...node.params },
    inputs: knownInputs(planned),
    about: { runId: run_id, taskId: task_id, nodeId: node.id, attempt: node.attempt, engine },
    timeoutMs: EXECUTOR.checks_ms,
    stopped,
    progress() {},
    log() {},
    dropped() {},
  };
  const outcome = await host.check(call);
  if (outcome.kind === "done" || stopped.aborted) return null;
  const problem = toNodeProblem(outcome, planned, checks);
  if (problem.class === "permanent") return problem;
  logger.warn("check not done", { node_id: node.id, code: problem.code });
  return null;
}
