/** Random graphs with groups, conditions and alternatives, for tests of what a graph means. */
import fc from "fast-check";
import type { Graph, GraphEdge, GraphNode, Predicate } from "@myspinbot/contracts/types.ts";
import { checkOrder } from "../../src/graphs/check-order.ts";
import { deed, OUTPUTS, type Case } from "./graphs.ts";

const MOST_NODES = 6;
/** `g` goes over a list, `h` is a try block. */
const GROUPS = ["g", "h"] as const;

const link = fc.record({
  from: fc.nat(MOST_NODES),
  or: fc.nat(MOST_NODES),
  as: fc.constantFrom(
    ...(["required", "required", "optional", "success", "failure", "always", "group"] as const),
    ...(["any", "any", "default", "when", "index"] as const),
  ),
  output: fc.constantFrom(...OUTPUTS),
  on: fc.constantFrom<GraphEdge["on"]>("success", "failure", "always"),
});
const seed = fc.record({
  plane: fc.constantFrom<GraphNode["plane"]>("node", "python"),
  group: fc.constantFrom("g", "g", "h", undefined, undefined),
  deeds: fc.array(deed, { minLength: 1, maxLength: 2 }),
  second: fc.option(fc.array(deed, { minLength: 1, maxLength: 1 }), { nil: undefined }),
  links: fc.array(link, { maxLength: 3 }),
});
type Seed = typeof seed extends fc.Arbitrary<infer T> ? T : never;

const nameOf = (index: number): string => "abcdef"[index]!;

export const groupedCases: fc.Arbitrary<Case> = fc
  .record({
    seeds: fc.array(seed, { minLength: 2, maxLength: MOST_NODES }),
    length: fc.integer({ min: 0, max: 3 }),
    skips: fc.boolean(),
    atOnce: fc.option(fc.constantFrom(1, 2), { nil: undefined }),
    wants: fc.constantFrom("", "?"),
    tolerant: fc.integer({ min: 0, max: 3 }),
    turns: fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), {
      minLength: 8,
      maxLength: 8,
    }),
  })
  .map(({ seeds, length, skips, atOnce, wants, tolerant, turns }): Case => {
    const { nodes, edges } = toNodes(seeds);
    if (tolerant > 0) {
      nodes.push({ id: "z", type: "node_work", plane: "node", inputs: {} });
      for (let i = 0; i < seeds.length; i += 1) edges.push({ from: nameOf(i), to: "z", on: "always" });
    }
    const groups: NonNullable<Graph["groups"]> = {};
    if (seeds.some(({ group }) => group === "g"))
      groups.g = {
        each: "$input.list",
        max: 3,
        on_failure: skips ? "skip" : "fail",
        ...(atOnce === undefined ? {} : { at_once: atOnce }),
      };
    if (seeds.some(({ group }) => group === "h")) groups.h = {};
    const output = { last: `$${nameOf(seeds.length - 1)}.v${wants}` };
    const deeds = seeds.flatMap(({ deeds: own, second }, i) => [
      [nameOf(i), own] as const,
      ...(second ? [[`${nameOf(i)}.1`, second] as const] : []),
    ]);
    return {
      graph: { name: "any", groups, nodes, edges, output },
      input: { list: ["x", "y", "z"].slice(0, length) },
      deeds: Object.fromEntries(deeds),
      turns,
    };
  })
  .filter(({ graph }) => checkOrder(graph).length === 0);

function toNodes(seeds: readonly Seed[]): { nodes: GraphNode[]; edges: GraphEdge[] } {
  const edges: GraphEdge[] = [];
  const nodes = seeds.map(({ plane, group, links }, i): GraphNode => {
    const inputs: Record<string, unknown> = { c: nameOf(i) };
    const conditions: Predicate[] = [];
    const add = (value: unknown): void => {
      inputs[`i${Object.keys(inputs).length}`] = value;
    };
    if (group === "g") add("$g.item");
    for (const { from, or, as, output, on } of links) {
      if (as === "index" && group === "g") conditions.push({ lt: ["$g.index", 1] });
      if (i === 0 || as === "index") continue;
      const source = nameOf(from % i);
      const reference = `$${source}.${output}`;
      if (as === "required") add(reference);
      else if (as === "optional") add(`${reference}?`);
      else if (as === "any") add({ $any: [reference, `$${nameOf(or % i)}.w`] });
      else if (as === "default") add({ $any: [reference, "else"] });
      else if (as === "when") conditions.push({ has: reference });
      else if (as !== "group") edges.push({ from: source, to: nameOf(i), on: as });
      else {
        const name = GROUPS[or % 2]!;
        const last = seeds.findLastIndex((each) => each.group === name);
        if (last >= 0 && last < i) edges.push({ from: name, to: nameOf(i), on });
      }
    }
    return {
      id: nameOf(i),
      type: `${plane}_work`,
      plane,
      inputs,
      ...(group === undefined ? {} : { group }),
      ...(conditions.length === 0 ? {} : { when: { all: conditions } }),
    };
  });
  return { nodes, edges };
}
