/** Reads the groups of an accepted graph. */
import type { FlatGraph, FlatGroup } from "@myspinbot/contracts/types.ts";
import { parseFlat } from "../graphs/flat-expressions.ts";
import { chainOf, manyOf, type PlannedEdge, type PlannedGroup } from "./planned.ts";

type Part<K extends keyof FlatGroup> = NonNullable<FlatGroup[K]>;

/** `Text?` as type and whether it must be there. */
function readField(text: string): { type: string; required: boolean } {
  return text.endsWith("?") ? { type: text.slice(0, -1), required: false } : { type: text, required: true };
}

function readLoop(loop: Part<"repeat">): NonNullable<PlannedGroup["repeat"]> {
  const carry = Object.entries(loop.carry ?? {}).map(
    ([name, { init, next }]) => [name, { init: parseFlat(init), next: parseFlat(next) }] as const,
  );
  return { max: loop.max, until: loop.until, fails: loop.else !== "last", carry: new Map(carry) };
}

function readEach(group: FlatGroup): NonNullable<PlannedGroup["each"]> {
  return {
    list: parseFlat(group.each),
    max: group.max!,
    item: new Map(Object.entries(group.item ?? {}).map(([name, text]) => [name, readField(text)])),
    atOnce: group.at_once ?? Number.POSITIVE_INFINITY,
    skips: group.on_failure === "skip",
  };
}

function readPiece(piece: Part<"piece">): NonNullable<PlannedGroup["piece"]> {
  const read = (values: Record<string, unknown>) =>
    new Map(Object.entries(values).map(([name, value]) => [name, parseFlat(value)]));
  return { inputs: read(piece.inputs), when: piece.when, edges: [], output: read(piece.output) };
}

/** The edges that lead to something with this id in this group, or to the group, unless these are its piece's. */
export function edgesTo(
  { edges = [] }: FlatGraph,
  id: string,
  group: PlannedGroup | undefined,
): PlannedEdge[] {
  const chain = chainOf(group);
  const piece = chain.findIndex((each) => each.piece);
  const around = piece < 0 ? chain : chain.slice(0, piece);
  const names = new Set([id, ...around.map((each) => each.id)]);
  return edges.filter(({ to }) => names.has(to)).map(({ from, on }) => ({ from, on }));
}

/** Without their members. */
export function readGroups(graph: FlatGraph): Map<string, PlannedGroup> {
  const definitions = Object.entries(graph.groups ?? {});
  const groups = new Map(
    definitions.map(([id, { repeat, each, piece, ...group }]): [string, PlannedGroup] => [
      id,
      {
        id,
        parent: undefined,
        many: undefined,
        members: [],
        ...(repeat ? { repeat: readLoop(repeat) } : {}),
        ...(each === undefined ? {} : { each: readEach({ each, ...group }) }),
        ...(piece ? { piece: readPiece(piece) } : {}),
      },
    ]),
  );
  for (const [id, { group }] of definitions)
    if (group !== undefined) groups.get(id)!.parent = groups.get(group);
  for (const group of groups.values()) {
    group.many = manyOf(group.parent);
    if (group.piece) group.piece.edges = edgesTo(graph, group.id, group.parent);
  }
  return groups;
}
