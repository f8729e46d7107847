/** Instances of a node as one: what the worst off is doing, how many are over. */
import type { RunNode } from "@myspinbot/contracts/types.ts";
import type { NodeView } from "../run/run-view.ts";

/** What is told first of several. */
const ORDER: readonly RunNode["status"][] = [
  "failed",
  "waiting",
  "running",
  "dispatched",
  "pending",
  "canceled",
  "succeeded",
  "skipped",
];
const OVER: ReadonlySet<RunNode["status"]> = new Set(["succeeded", "failed", "skipped", "canceled"]);

export interface Together {
  status: RunNode["status"];
  over: number;
  engine: string | undefined;
  /** From the first beginning to the last end, when all are over. */
  ms: number | undefined;
}

export function together(nodes: readonly NodeView[]): Together {
  const isMixed =
    nodes.some(({ status }) => OVER.has(status)) && nodes.some(({ status }) => !OVER.has(status));
  const status = ORDER.find((each) => nodes.some((node) => node.status === each)) ?? "pending";
  const begun = nodes.flatMap(({ started_at }) => (started_at === undefined ? [] : [Date.parse(started_at)]));
  const ended = nodes.flatMap(({ completed_at }) =>
    completed_at === undefined ? [] : [Date.parse(completed_at)],
  );
  const isOver = nodes.length > 0 && ended.length === nodes.length && begun.length > 0;
  return {
    status: isMixed && status === "pending" ? "running" : status,
    over: nodes.filter((node) => OVER.has(node.status)).length,
    engine: nodes.find(({ engine }) => engine !== undefined)?.engine,
    ms: isOver ? Math.max(...ended) - Math.min(...begun) : undefined,
  };
}
