/** What the boxes together can do: node types without anybody, engines that are missing, graphs that would wait. */
import type { Capabilities, Graph } from "@myspinbot/contracts/types.ts";
import type { Finding } from "./finding.ts";

type NodeTypes = Capabilities["node_types"];

export function typeFindings(types: NodeTypes): Finding[] {
  return types
    .filter((type) => type.executors_online === 0)
    .map(({ type, plane }) => ({
      what: type,
      state: "note",
      found: "nobody who is online does it",
      hint:
        plane === "python"
          ? "A gpu-node does it once it is connected."
          : "A gateway with the role executor does it.",
    }));
}

export function engineFindings(types: NodeTypes): Finding[] {
  return types
    .filter((type) => type.executors_online > 0)
    .flatMap(({ type, engines }) =>
      engines.map(({ name, available, executors_online, reason = "no reason is given" }): Finding => {
        const what = `${type}: ${name}`;
        if (available)
          return {
            what,
            state: "ok",
            found: `on ${executors_online} executor${executors_online === 1 ? "" : "s"}`,
          };
        return { what, state: "note", found: reason };
      }),
    );
}

export function graphFindings(graphs: readonly Graph[], types: NodeTypes): Finding[] {
  const done = new Set(types.filter(canBeDone).map(({ type }) => type));
  const named = new Map(graphs.map((graph) => [graph.name, graph]));
  return graphs.map((graph) => {
    const { name } = graph;
    const missing = [...new Set(typesOf(graph, named).filter((type) => !done.has(type)))];
    if (missing.length === 0) return { what: name, state: "ok", found: "can be run now" };
    return { what: name, state: "note", found: `would wait: nobody does ${missing.join(", ")} now` };
  });
}

/** With those of the graphs in it. */
function typesOf({ nodes }: Graph, named: ReadonlyMap<string, Graph>): string[] {
  return nodes.flatMap(({ type, graph }) => {
    if (type !== undefined) return [type];
    const inner = named.get(graph ?? "");
    return inner ? typesOf(inner, named) : [];
  });
}

function canBeDone({ executors_online, engines }: NodeTypes[number]): boolean {
  return executors_online > 0 && (engines.length === 0 || engines.some(({ available }) => available));
}
