/** Runs a task from its first node to its settle, and stops it when somebody says so; task_runner.py is its twin. */
import type { Clock } from "../clock.ts";
import type { NodeResult, Task, TaskNode } from "@myspinbot/contracts/types.ts";
import type { Logger } from "../telemetry/logger.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import { createBackoff } from "./backoff.ts";
import type { About, HandlerHost } from "./handler-host.ts";
import { runNode } from "./node-runner.ts";
import { isRefused } from "./task-checks.ts";
import { createNotes } from "./notes.ts";
import { createReports } from "./reports.ts";
import type { Resources } from "./resources.ts";
import type { Batch, Ending, Steps } from "./steps.ts";
import { isOver, type NodeEnd } from "./schedule.ts";
import { runTaskGraph } from "./task-graph.ts";
import type { Admitted } from "./admission.ts";
import type { PlannedNode } from "./schedule.ts";

/**
 * Why a task stops early: on request; for another executor to have it; because it is closed in Redis; because its
 * lease may be over. The latter two are not settled: there is no right to do so.
 */
export type StopReason = "canceled" | "released" | "closed" | "stale";

export interface TaskRunnerDeps {
  steps: Steps;
  executorId: string;
  host: HandlerHost;
  resources: Pick<Resources, "held" | "whyNever">;
  /** Hears the type of a node that has failed: its engine may be gone. */
  onFailed(type: string): void;
  /** Whether runs see the last line of what a handler did not expect. */
  showFailures?: boolean | undefined;
  /** Sends an ending until it is answered or the task is given up. */
  settle(ending: Ending): Promise<unknown>;
  /** Keeps an ending that may only be said if Redis gives the task to us again. */
  remember(ending: Ending): void;
  clock: Clock;
  /** From 0 to below 1. */
  random(): number;
  logger: Logger;
  metrics: Pick<Metrics, "node">;
}

export interface TaskRunner {
  /** Resolves when the task is over for this executor; never rejects. */
  run(): Promise<void>;
  /** Only the first reason counts, but a task that is given up while it settles is given up. */
  stop(reason: StopReason): void;
}

const REASONS = { settled: "", canceled: "canceled on request", released: "the executor is stopping" };

const LOST = { outcome: "released", reason: "the lease was lost" } as const;

const aboutOf = ({ run_id, task_id }: Task, node: TaskNode, engine: string): About => ({
  ...{ runId: run_id, taskId: task_id, nodeId: node.id, attempt: node.attempt, engine },
  traceparent: node.traceparent,
});

export function createTaskRunner(plan: Admitted, deps: TaskRunnerDeps): TaskRunner {
  const { steps, host, clock, random, logger, metrics, executorId, showFailures } = deps;
  const { task } = plan;
  const stopped = new AbortController();
  const whenStopped = new Promise<void>((resolve) => {
    stopped.signal.addEventListener("abort", () => resolve(), { once: true });
  });
  const ends = new Map<string, NodeEnd>();
  let reason: StopReason | null = null;
  let rest: Promise<Batch> | null = null;

  const stop = (why: StopReason) => {
    reason ??= why;
    stopped.abort();
  };

  const reports = createReports({
    send: (batch) => steps.report(task.shard, task.task_id, batch),
    onStop: (answer) => stop(answer === "cancel" ? "canceled" : "closed"),
    onFailure: (error) => logger.warn("report not answered", { error }),
    backoff: createBackoff(random),
    clock,
  });
  const notes = createNotes({ add: reports.add, clock });

  const talkOf = ({ node, engine }: PlannedNode) => ({
    about: aboutOf(task, node, engine),
    progress: (done: number, total: number, unit: string) => notes.progress(node.id, { done, total, unit }),
    log: (level: "debug" | "info" | "warn" | "error", message: string) =>
      notes.log(node.id, { level, message }),
    dropped: (count: number) => notes.dropped(node.id, count),
  });

  /** Once nothing can follow any more, what is unsaid travels with the settle. */
  const record = (planned: PlannedNode, result: NodeResult): NodeEnd => {
    const { id, type } = planned.node;
    notes.ended(id);
    reports.add({ kind: "result", node: id, type: "", body: JSON.stringify(result) });
    const end: NodeEnd =
      result.status === "succeeded"
        ? { status: "succeeded", outputs: result.outputs ?? {} }
        : { status: "failed" };
    ends.set(id, end);
    if (isOver(plan.nodes, ends)) rest = reports.close();
    else reports.flush();
    metrics.node(type, result.status, result.timing?.execute_s ?? 0);
    return end;
  };

  /**
   * Redis knows that a node begins before its handler is called: so one that takes its process along counts as begun,
   * and one that comes after the start deadline is never called.
   */
  const runOne = async (planned: PlannedNode, inputs: Record<string, unknown>): Promise<NodeEnd> => {
    if (stopped.signal.aborted) return { status: "unrun" };
    const { id, attempt } = planned.node;
    notes.started(id, {
      attempt,
      executor: executorId,
      ...(planned.engine === "" ? {} : { engine: planned.engine }),
    });
    await Promise.race([reports.told(), whenStopped]);
    if (stopped.signal.aborted) return { status: "unrun" };
    // What it needs of the machine is waited for; its time does not run meanwhile.
    const giveBack = await deps.resources.held(planned.node.type, stopped.signal);
    if (!giveBack) return { status: "unrun" };
    try {
      const call = { ...deps, ...talkOf(planned), planned, inputs, stopped: stopped.signal };
      const result = await runNode(call);
      if (result?.status === "failed") deps.onFailed(planned.node.type);
      return result ? record(planned, result) : { status: "unrun" };
    } finally {
      giveBack();
    }
  };

  return {
    stop,
    async run() {
      const checks = { plan, host, stopped: stopped.signal, clock, logger, showFailures };
      const refused = await isRefused(checks, reports.add);
      if (!refused) await runTaskGraph({ nodes: plan.nodes, run: runOne });
      notes.stop();
      const last = await (rest ?? reports.close());
      if (reason === "closed" || reason === "stale") return deps.remember({ ...LOST, ...last });
      const early = reason === "canceled" ? reason : "released";
      const outcome = refused || isOver(plan.nodes, ends) ? "settled" : early;
      await deps.settle({ outcome, reason: REASONS[outcome], ...last });
    },
  };
}
