/**
 * What a graph means, read a second time: one pass in the order of the nodes, which knows neither time nor planes nor
 * tasks. It shares nothing with the engine, the driver or the executors.
 */
import type { GraphNode } from "@myspinbot/contracts/types.ts";
import type { Case, Deed } from "./graphs.ts";

export interface NodeFate {
  status: "succeeded" | "failed" | "skipped";
  /** How often it is run, if the run lives long enough. */
  attempts: number;
  /** What each of its attempts gets. */
  inputs: Record<string, unknown>;
  made: readonly string[];
}

export interface Reading {
  fates: Record<string, NodeFate>;
  /** Nodes whose failure nobody follows: the first of them to fail ends the run. */
  fatal: string[];
}

/** How often a node is tried when its graph does not say. */
const ATTEMPTS = 3;
const REFERENCE = /^\$(\w+)\.(\w+)(\?)?$/;

export function valueOf(node: string, output: string): string {
  return `${node}.${output}`;
}

/** Nodes are in topological order. */
export function readCase({ graph, deeds }: Case): Reading {
  const fates: Record<string, NodeFate> = {};
  const edges = graph.edges ?? [];
  for (const node of graph.nodes) {
    const incoming = edges.filter(({ to }) => to === node.id);
    const blocked = incoming.some(
      ({ from, on }) =>
        (on === "success" && fates[from]!.status !== "succeeded") ||
        (on === "failure" && fates[from]!.status !== "failed"),
    );
    const inputs = inputsOf(node, fates);
    fates[node.id] =
      blocked || inputs === null
        ? { status: "skipped", attempts: 0, inputs: {}, made: [] }
        : { inputs, ...lastAttempt(deeds[node.id] ?? [{ makes: [] }], node.retry?.max_attempts ?? ATTEMPTS) };
  }
  const followed = new Set(edges.filter(({ on }) => on !== "success").map(({ from }) => from));
  const fatal = Object.keys(fates).filter((id) => fates[id]!.status === "failed" && !followed.has(id));
  return { fates, fatal };
}

/** The output of a run that comes to its end; null when a required one is missing. */
export function outputOf({ graph }: Case, { fates }: Reading): Record<string, unknown> | null {
  const [, node, output, optional] = REFERENCE.exec(graph.output.last as string)!;
  if (fates[node!]!.made.includes(output!)) return { last: valueOf(node!, output!) };
  return optional ? {} : null;
}

/** null when a required one will never be made. */
function inputsOf(node: GraphNode, fates: Record<string, NodeFate>): Record<string, unknown> | null {
  const inputs: Record<string, unknown> = {};
  for (const [name, given] of Object.entries(node.inputs ?? {})) {
    const reference = REFERENCE.exec(given as string);
    if (!reference) {
      inputs[name] = given;
      continue;
    }
    const [, source, output, optional] = reference;
    if (fates[source!]!.made.includes(output!)) inputs[name] = valueOf(source!, output!);
    else if (!optional) return null;
  }
  return inputs;
}

export function lastAttempt(deeds: readonly Deed[], most: number): Omit<NodeFate, "inputs"> {
  for (let attempts = 1; ; attempts += 1) {
    const deed = deeds[Math.min(attempts, deeds.length) - 1]!;
    if ("makes" in deed) return { status: "succeeded", attempts, made: deed.makes };
    if ("hangs" in deed) throw new Error("what hangs is not read");
    if (deed.fails === "permanent" || attempts >= most) return { status: "failed", attempts, made: [] };
  }
}
