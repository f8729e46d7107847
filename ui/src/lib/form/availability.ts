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
  const followed = followedIn(graph);
  const all = nodes.map(({ id, type, engine, group }) => {
    const row = known.node_types.find((each) => each.type === type);
    const engines = (row?.engines ?? []).filter(({ name }) => isAny(engine) || name === engine);
    const reason = engines.find(({ available }) => !available)?.reason;
    const isThere = (row?.executors_online ?? 0) > 0;
    const can = isThere && (row?.engines.length === 0 || engines.some(({ available }) => available));
    const isFollowed = followed.has(id) || (group !== undefined && followed.has(group));
    const online = row?.executors_online ?? 0;
    return { plane: row?.plane ?? "python", online, isThere, can, reason, type, isFollowed };
  });
  // A run goes on without them, but not without all.
  const needed = all.filter(({ isThere, can, isFollowed }) => !isThere || can || !isFollowed);
  const rows = needed.length > 0 ? needed : all;
  const blocked = rows.find(({ isThere, can }) => isThere && !can);
  if (blocked) return { state: "impossible", text: blocked.reason ?? `No box can do ${blocked.type} now.` };
  if (rows.some(({ isThere }) => !isThere))
    return { state: "waiting", text: "No box takes work now. The run will wait for one." };
  const boxes = Math.min(...rows.filter(({ plane }) => plane === "python").map(({ online }) => online));
  const who = Number.isFinite(boxes)
    ? `${count(boxes, "box", "boxes")} ${boxes === 1 ? "is" : "are"} online and can do this now.`
    : "Can be done now.";
  return { state: "ready", text: who };
}

/** Whether it is the box's choice, or that of a field of the form. */
function isAny(engine: string | undefined): boolean {
  return engine === undefined || engine === "auto" || engine.startsWith("$");
}

/** Nodes and groups whose failure something follows: an edge, or an alternative; or which may fail. */
function followedIn({ nodes, edges = [], groups = {}, output }: Graph): Set<string> {
  const names = edges.filter(({ on }) => on !== undefined && on !== "success").map(({ from }) => from);
  const skipped = Object.entries(groups).flatMap(([id, { on_failure }]) =>
    on_failure === "skip" ? [id] : [],
  );
  return new Set([...names, ...skipped, ...alternativesIn([nodes, groups, output])]);
}

function alternativesIn(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, of]: [string, unknown]) =>
    key === "$any" || key === "$first"
      ? [...JSON.stringify(of).matchAll(/"\$([^."]+)/g)].map(([, name = ""]) => name)
      : alternativesIn(of),
  );
}
