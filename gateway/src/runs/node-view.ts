/** Shows a run's nodes to clients; what is dispatched and begun by its current task shows as running. */
import type { NodeRow, RunNode } from "@myspinbot/contracts/types.ts";
import { toTimestamp } from "../clock.ts";

/** @param fields the run's node hash @param order ids in the order of the graph; instances follow it */
export function toRunNodes(fields: Record<string, string>, order: string[]): RunNode[] {
  const ids =
    order.length > 0
      ? order
      : Object.keys(fields)
          .filter((field) => !field.includes(":"))
          .sort();
  return ids.flatMap((id) => {
    const row = fields[id];
    if (row === undefined) return [];
    const read = JSON.parse(row) as NodeRow;
    if (read.instances === undefined) return [toRunNode(id, read, fields)];
    // It stands for its instances, which are found by name where the order is.
    return order.length > 0 ? instancesOf(id, read.instances, fields) : [];
  });
}

function instancesOf(id: string, count: number, fields: Record<string, string>): RunNode[] {
  const ids = Array.from({ length: count }, (_, index) => `${id}.${index}`);
  return ids.map((each) => toRunNode(each, JSON.parse(fields[each]!) as NodeRow, fields));
}

function toRunNode(id: string, row: NodeRow, fields: Record<string, string>): RunNode {
  const [task] = (fields[`task:${id}`] ?? "").split(" ");
  const [begunBy, begunAt] = (fields[`began:${id}`] ?? "").split(" ");
  const running = row.status === "dispatched" && task !== "" && begunBy === task;
  const begun = running || (row.completed_at !== undefined && begunAt !== undefined);
  const progress = running ? fields[`progress:${id}`] : undefined;
  return {
    node_id: id,
    type: row.type,
    plane: row.plane,
    status: running ? "running" : row.status,
    attempt: row.attempt,
    ...(row.engine === undefined ? {} : { engine: row.engine }),
    ...(row.dispatched_at === undefined ? {} : { dispatched_at: toTimestamp(row.dispatched_at) }),
    ...(begun ? { started_at: toTimestamp(Number(begunAt)) } : {}),
    ...(row.completed_at === undefined ? {} : { completed_at: toTimestamp(row.completed_at) }),
    ...(progress === undefined ? {} : { progress: JSON.parse(progress) as RunNode["progress"] }),
    ...(row.timing === undefined ? {} : { timing: row.timing }),
    ...(row.error === undefined ? {} : { error: row.error }),
  };
}
