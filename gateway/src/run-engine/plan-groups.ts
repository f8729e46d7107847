/** Reads the groups of an accepted graph. */
import type { Graph, GraphGroup } from "@myspinbot/contracts/types.ts";
import { parseExpression } from "../graphs/expressions.ts";
import type { PlannedGroup } from "./planned.ts";

type GraphLoop = NonNullable<GraphGroup["repeat"]>;

/** `Text?` as type and whether it must be there. */
function readField(text: string): { type: string; required: boolean } {
  return text.endsWith("?") ? { type: text.slice(0, -1), required: false } : { type: text, required: true };
}

function readLoop(loop: GraphLoop): NonNullable<PlannedGroup["repeat"]> {
  const carry = Object.entries(loop.carry ?? {}).map(
    ([name, { init, next }]) => [name, { init: parseExpression(init), next: parseExpression(next) }] as const,
  );
  return { max: loop.max, until: loop.until, fails: loop.else !== "last", carry: new Map(carry) };
}

/** Without their members. */
export function readGroups(graph: Graph): Map<string, PlannedGroup> {
  return new Map(
    Object.entries(graph.groups ?? {}).map(([id, group]) => {
      if (group.repeat) return [id, { id, members: [], repeat: readLoop(group.repeat) }];
      if (group.each === undefined) return [id, { id, members: [] }];
      const each = {
        list: parseExpression(group.each),
        max: group.max!,
        item: new Map(Object.entries(group.item ?? {}).map(([name, text]) => [name, readField(text)])),
        atOnce: group.at_once ?? Number.POSITIVE_INFINITY,
        skips: group.on_failure === "skip",
      };
      return [id, { id, members: [], each }];
    }),
  );
}
