/** Random graphs with races, lists and loops, for tests of what a graph means. */
import fc from "fast-check";
import type { Graph, GraphNode, Predicate } from "@myspinbot/contracts/types.ts";
import { checkOrder } from "../../src/graphs/check-order.ts";
import type { Case, Deed } from "./graphs.ts";

const MOST_NODES = 6;

const deed: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 9, arbitrary: fc.record({ makes: fc.constantFrom(["v", "w"], ["v", "w"], ["v"], ["w"], []) }) },
  { weight: 2, arbitrary: fc.record({ fails: fc.constantFrom("retryable", "permanent") }) },
);
const link = fc.record({
  from: fc.nat(MOST_NODES),
  or: fc.nat(MOST_NODES),
  as: fc.constantFrom("required", "optional", "any", "first", "first", "first", "default"),
  output: fc.constantFrom("v", "v", "w"),
});
const seed = fc.record({
  plane: fc.constantFrom<GraphNode["plane"]>("node", "python"),
  // `g` goes over a list, `l` is a loop.
  group: fc.constantFrom("g", "l", "l", undefined, undefined, undefined),
  deeds: fc.array(deed, { minLength: 1, maxLength: 2 }),
  second: fc.option(fc.array(deed, { minLength: 1, maxLength: 1 }), { nil: undefined }),
  links: fc.array(link, { maxLength: 2 }),
});
type Seed = typeof seed extends fc.Arbitrary<infer T> ? T : never;
const loop = fc.record({
  max: fc.integer({ min: 1, max: 3 }),
  at: fc.nat(2),
  looks: fc.boolean(),
  last: fc.boolean(),
  races: fc.boolean(),
});
type Loop = typeof loop extends fc.Arbitrary<infer T> ? T : never;

const nameOf = (index: number): string => "abcdef"[index]!;

export const racedCases: fc.Arbitrary<Case> = fc
  .record({
    seeds: fc.array(seed, { minLength: 3, maxLength: MOST_NODES }),
    loop,
    length: fc.integer({ min: 0, max: 2 }),
    skips: fc.boolean(),
    ends: fc.constantFrom("one", "one?", "first"),
    turns: fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), {
      minLength: 8,
      maxLength: 8,
    }),
  })
  .map(({ seeds, length, turns, ...given }): Case => {
    const groups: NonNullable<Graph["groups"]> = {};
    if (seeds.some(({ group }) => group === "g"))
      groups.g = { each: "$input.list", max: 3, on_failure: given.skips ? "skip" : "fail" };
    if (seeds.some(({ group }) => group === "l")) groups.l = { repeat: toLoop(seeds, given.loop) };
    const deeds = seeds.flatMap(({ deeds: own, second }, i) => [
      [nameOf(i), own] as const,
      ...(second ? [[`${nameOf(i)}.1`, second] as const] : []),
    ]);
    return {
      graph: { name: "any", groups, nodes: toNodes(seeds), output: { last: toOutput(seeds, given.ends) } },
      input: { list: ["x", "y"].slice(0, length) },
      deeds: Object.fromEntries(deeds),
      turns,
    };
  })
  .filter(({ graph }) => checkOrder(graph).length === 0);

/** Nodes that may race for somebody in this group. */
function racersFor(seeds: readonly Seed[], group: string | undefined, before: number): string[] {
  return seeds.flatMap((each, i) =>
    i < before && (each.group === undefined || each.group === group) ? [nameOf(i)] : [],
  );
}

function toLoop(seeds: readonly Seed[], { max, at, looks, last, races }: Loop) {
  const members = seeds.flatMap(({ group }, i) => (group === "l" ? [i] : []));
  const outside = racersFor(seeds, undefined, members[0]!);
  const index: Predicate = { ge: ["$l.index", at] };
  const seen: Predicate = { has: `$${nameOf(members[0]!)}.w` };
  const init = races && outside.length > 1 ? { $first: outside.map((id) => `$${id}.v`) } : "begin";
  return {
    max,
    until: looks ? { any: [index, seen] } : index,
    else: last ? ("last" as const) : ("fail" as const),
    carry: { c: { init, next: `$${nameOf(members.at(-1)!)}.v` } },
  };
}

function toOutput(seeds: readonly Seed[], ends: string): Graph["output"][string] {
  const last = `$${nameOf(seeds.length - 1)}.v`;
  const racers = racersFor(seeds, undefined, seeds.length).slice(-2);
  if (ends === "first" && racers.length > 1) return { $first: racers.map((id) => `$${id}.v`) };
  return ends === "one?" ? `${last}?` : last;
}

function toNodes(seeds: readonly Seed[]): GraphNode[] {
  return seeds.map(({ plane, group, links }, i): GraphNode => {
    const inputs: Record<string, unknown> = { c: nameOf(i) };
    const add = (value: unknown): void => {
      inputs[`i${Object.keys(inputs).length}`] = value;
    };
    if (group === "g") add("$g.item");
    if (group === "l") add("$l.c?");
    for (const { from, or, as, output } of i === 0 ? [] : links) {
      const reference = `$${nameOf(from % i)}.${output}`;
      const racers = racersFor(seeds, group, i);
      const raced = [...new Set([racers[from % racers.length], racers[or % racers.length]])];
      if (as === "required") add(reference);
      else if (as === "optional") add(`${reference}?`);
      else if (as === "any" || racers.length < 2) add({ $any: [reference, `$${nameOf(or % i)}.w`] });
      else add({ $first: [...raced.map((id) => `$${id}.${output}`), ...(as === "default" ? ["else"] : [])] });
    }
    return {
      ...{ id: nameOf(i), type: `${plane}_work`, plane, inputs },
      ...(group === undefined ? {} : { group }),
    };
  });
}
