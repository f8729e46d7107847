/** Whether somebody can do what a graph asks for, in a sentence. */
import type { Capabilities, Graph } from "@myspinbot/contracts/types.ts";
import { count } from "#lib/words.ts";

export interface Availability {
  /** `waiting`: nobody is there now, and a run waits for somebody. */
  state: "ready" | "waiting" | "impossible";
  text: string;
}

/** Nobody has to be there for a node that asks a person: it belongs to no executor. */
const ASKS = "approval";

export function availabilityOf(graph: Graph, known: Capabilities | undefined): Availability | undefined {
  if (known === undefined) return undefined;
  const nodes = graph.nodes.filter(({ type }) => type !== ASKS);
  const rows = nodes.map(({ type, engine }) => {
    const row = known.node_types.find((each) => each.type === type);
    const engines = (row?.engines ?? []).filter(({ name }) => engine === undefined || name === engine);
    const reason = engines.find(({ available }) => !available)?.reason;
    const isThere = (row?.executors_online ?? 0) > 0;
    const can = isThere && (row?.engines.length === 0 || engines.some(({ available }) => available));
    return { plane: row?.plane ?? "python", online: row?.executors_online ?? 0, isThere, can, reason, type };
  });
  const blocked = rows.find(({ isThere, can }) => isThere && !can);
  if (blocked) return { state: "impossible", text: blocked.reason ?? `No box can do ${blocked.type} now.` };
  if (rows.some(({ isThere }) => !isThere))
    return { state: "waiting", text: "No box is online. The run will wait for one." };
  const boxes = Math.min(...rows.filter(({ plane }) => plane === "python").map(({ online }) => online));
  const who = Number.isFinite(boxes)
    ? `${count(boxes, "box", "boxes")} ${boxes === 1 ? "is" : "are"} online and can do this now.`
    : "Can be done now.";
  return { state: "ready", text: who };
}
