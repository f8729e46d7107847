/** Shows a run's nodes to clients; what is dispatched and begun by its current task shows as running. */
import type { NodeRow, RunNode } from "@myspinbot/contracts/types.ts";
import { toTimestamp } from "../clock.ts";
import { toApproval } from "./approval-view.ts";

type Fields = Record<string, string>;

/**
 * @param fields the run's node hash
 * @param order ids in the order of the graph; instances follow it
 * @param data the run's data, which has what approvals show
 */
export function toRunNodes(fields: Fields, order: string[], data: Fields = {}): RunNode[] {
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
    if (read.instances === undefined) return [toRunNode(id, read, { fields, data })];
    // It stands for its instances, which are found by name where the order is.
    return order.length > 0 ? instancesOf(id, read.instances, { fields, data }) : [];
  });
}

interface Source {
  fields: Fields;
  data: Fields;
}

function instancesOf(id: string, count: number, source: Source): RunNode[] {
  const ids = Array.from({ length: count }, (_, index) => `${id}.${index}`);
  return ids.map((each) => toRunNode(each, JSON.parse(source.fields[each]!) as NodeRow, source));
}

function toRunNode(id: string, row: NodeRow, { fields, data }: Source): RunNode {
  const asked = data[`approval:${id}`];
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
    ...(row.reason === undefined ? {} : { reason: row.reason }),
    ...(row.dispatched_at === undefined ? {} : { dispatched_at: toTimestamp(row.dispatched_at) }),
    ...(begun ? { started_at: toTimestamp(Number(begunAt)) } : {}),
    ...(row.completed_at === undefined ? {} : { completed_at: toTimestamp(row.completed_at) }),
    ...(progress === undefined ? {} : { progress: JSON.parse(progress) as RunNode["progress"] }),
    ...numbered("picture_seq", fields[`picture:${id}`]),
    ...numbered("curve_seq", fields[`curve:${id}`]),
    ...(row.reused_from === undefined ? {} : { reused_from: row.reused_from }),
    ...(row.timing === undefined ? {} : { timing: row.timing }),
    ...(asked === undefined ? {} : { approval: toApproval(asked, fields[`answer:${id}`]) }),
    ...(row.error === undefined ? {} : { error: row.error }),
  };
}

/** Where in the log its newest preview of a kind is. */
function numbered(name: "picture_seq" | "curve_seq", seq: string | undefined): Partial<RunNode> {
  return seq === undefined ? {} : { [name]: Number(seq) };
}
