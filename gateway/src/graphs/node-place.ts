/** Where a graph's node stands before anything has happened: the pool of its tasks, and its first row. */
import type { FlatNode, NodeRow } from "@myspinbot/contracts/types.ts";
import { POOLS } from "@myspinbot/contracts/wire.ts";

/** The pool that a graph node's tasks go to. */
export function poolOf({ plane, pool }: Pick<FlatNode, "plane" | "pool">): string {
  return plane === "node" ? POOLS.node_plane : (pool ?? POOLS.default);
}

/** Whether a person decides it: no executor ever gets it, the driver asks and goes on with the answer. */
export function isApproval({ type }: { type?: string | undefined }): boolean {
  return type === "approval";
}

/** A node's row in a run that was just submitted. */
export function firstRow(node: Pick<FlatNode, "type" | "plane" | "pool">): NodeRow {
  return { type: node.type, plane: node.plane, pool: poolOf(node), status: "pending", attempt: 0 };
}
