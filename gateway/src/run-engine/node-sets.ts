/** The nodes that an edge from a name looks at: a node's instances, a group's nodes. */
import { causesOf, isHandledIn, piecesIn, type Expander } from "./expander.ts";
import type { Place } from "./groups.ts";
import { hasInstances, type PlannedGroup, type PlannedNode } from "./planned.ts";
import { stateOf } from "./resolve.ts";
import type { NodeSet } from "./set-gates.ts";

/** What is there so far of what exists several times by one group, or once. */
interface Part {
  places: (Place | undefined)[];
  /** More may come. */
  open: boolean;
  /** It failed by itself, as a list that is too long. */
  failed: boolean;
}

/** @param place of who looks */
export function partOf(expander: Expander, many: PlannedGroup | undefined, place: Place | undefined): Part {
  if (!many || many === place?.group)
    return { places: [many ? place : undefined], open: false, failed: false };
  const state = stateOf(expander, many);
  // A placeholder stands for what is not there.
  if (state.is !== "known") {
    const failed = state.is === "impossible" && state.detail !== undefined;
    return { places: [undefined], open: state.is === "waits", failed };
  }
  const places = state.items.map((item, index) => ({ group: many, index, item }));
  return {
    places: places.slice(many.repeat ? -1 : 0),
    open: state.loop === "open",
    failed: state.loop === "unmet",
  };
}

/**
 * @param place of who looks
 * @param self whether the set fails, too, when it is a piece that lacks something
 */
export function nodeSet(expander: Expander, name: string, place: Place | undefined, self = true): NodeSet {
  const { plan } = expander;
  const node = plan.byId.get(name);
  const group = node ? undefined : plan.groups.get(name)!;
  const members = node ? [node] : group!.members;
  const own = node ? node.many : hasInstances(group!) ? group : group!.many;
  const isOutside = own !== undefined && own !== place?.group;
  const pieces = group ? piecesIn(expander, group).filter((each) => self || each !== group) : [];
  const manys = new Set([...members, ...pieces].map(({ many }) => many));
  const parts = new Map([...manys].map((many) => [many, partOf(expander, many, place)]));
  const ids = (of: PlannedNode[]): string[] =>
    of.flatMap(({ id, many }) => parts.get(many)!.places.map((each) => (each ? `${id}.${each.index}` : id)));
  const culprits = node ? members : members.filter(({ id }) => !isHandledIn(expander, id, group));
  const causes = node && isOutside ? causesOf(expander, node).map((id) => plan.byId.get(id)!) : culprits;
  return {
    nodes: ids(members),
    culprits: ids(culprits),
    needed: ids(causes),
    lacks: pieces.flatMap((each) =>
      parts.get(each.many)!.places.map((there) => expander.lackOf(each, there)),
    ),
    tolerant: isOutside && (own.each?.skips ?? false),
    open: [...parts.values()].some((part) => part.open),
    failed: [...parts].some(
      ([many, part]) => part.failed && !(group && many && isHandledIn(expander, many.id, group)),
    ),
  };
}
