/** Random graphs with what each of their nodes does when it is run: for tests of what a graph means. */
import fc from "fast-check";
import type { Graph, GraphEdge, GraphNode } from "@myspinbot/contracts/types.ts";

/** What one attempt at a node does: the outputs that it makes, a failure of this class, or nothing until it is canceled. */
export type Deed =
  | { makes: readonly string[]; gives?: Record<string, unknown> }
  | { fails: "retryable" | "permanent" }
  | { hangs: true };

export interface Case {
  graph: Graph;
  /** Those that stand in it as nodes. */
  graphs?: readonly Graph[];
  input?: Record<string, unknown>;
  /** By node, or by node of a group and index: what its attempts do, in turn; the last one goes on for ever. */
  deeds: Record<string, readonly Deed[]>;
  /** Decides whose turn it is: numbers from 0 to below 1. */
  turns: readonly number[];
}

/** What a node of a run does: as its index says, else as its graph node says. */
export function deedsOf(deeds: Case["deeds"], id: string): readonly Deed[] {
  return deeds[id] ?? deeds[id.replace(/[.][0-9]+$/, "")] ?? [{ makes: [] }];
}

export const OUTPUTS = ["v", "w"] as const;
const MOST_NODES = 7;

const planes = fc.constantFrom<Pick<GraphNode, "type" | "plane" | "pool">>(
  { type: "node_work", plane: "node" },
  { type: "node_work", plane: "node" },
  { type: "python_work", plane: "python" },
  { type: "python_work", plane: "python" },
  { type: "python_work", plane: "python", pool: "other" },
);
export const deed: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ makes: fc.subarray([...OUTPUTS]) }) },
  { weight: 2, arbitrary: fc.record({ fails: fc.constantFrom("retryable", "permanent") }) },
);
const seed = fc.record({
  plane: planes,
  retry: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
  deeds: fc.array(deed, { minLength: 1, maxLength: 3 }),
  links: fc.array(
    fc.record({
      from: fc.nat(MOST_NODES),
      as: fc.constantFrom("required", "required", "optional", "optional", "success", "failure", "always"),
      output: fc.constantFrom(...OUTPUTS),
    }),
    { maxLength: 3 },
  ),
});
type Seed = typeof seed extends fc.Arbitrary<infer T> ? T : never;

export const cases: fc.Arbitrary<Case> = fc
  .record({
    seeds: fc.array(seed, { minLength: 1, maxLength: MOST_NODES }),
    wants: fc.constantFrom("", "", "?"),
    tolerant: fc.integer({ min: 0, max: 3 }),
    turns: fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), {
      minLength: 8,
      maxLength: 8,
    }),
  })
  .map(({ seeds, wants, tolerant, turns }) => ({
    graph: toGraph(seeds, wants, tolerant > 0),
    deeds: Object.fromEntries(seeds.map(({ deeds }, i) => [nameOf(i), deeds])),
    turns,
  }));

const nameOf = (index: number): string => "abcdefgh"[index]!;

/** @param tolerant somebody follows every failure, so that most runs come to their end */
function toGraph(seeds: readonly Seed[], wants: string, tolerant: boolean): Graph {
  const edges: GraphEdge[] = [];
  const nodes = seeds.map(({ plane, retry, links }, i): GraphNode => {
    const inputs: Record<string, string> = { c: nameOf(i) };
    for (const { from, as, output } of i === 0 ? [] : links) {
      const source = nameOf(from % i);
      if (as === "required") inputs[`i${Object.keys(inputs).length}`] = `$${source}.${output}`;
      else if (as === "optional") inputs[`i${Object.keys(inputs).length}`] = `$${source}.${output}?`;
      else edges.push({ from: source, to: nameOf(i), on: as });
    }
    return {
      id: nameOf(i),
      ...plane,
      inputs,
      ...(retry === undefined ? {} : { retry: { max_attempts: retry } }),
    };
  });
  if (tolerant) {
    nodes.push({ id: "z", type: "node_work", plane: "node", inputs: {} });
    for (const { id } of nodes.slice(0, -1)) edges.push({ from: id, to: "z", on: "always" });
  }
  return { name: "any", nodes, edges, output: { last: `$${nameOf(seeds.length - 1)}.v${wants}` } };
}
