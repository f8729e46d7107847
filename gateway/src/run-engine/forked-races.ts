/** Races of a run that is forked: who lost one, and which are run again because one of those in them is. */
import { isForm } from "../graphs/expressions.ts";
import type { FlatExpression } from "../graphs/flat-expressions.ts";
import { instanceId } from "./fork-looks.ts";
import type { GraphPlan, PlannedGroup } from "./planned.ts";
import { readRaces } from "./races.ts";
import { stateOf, type Channels } from "./state.ts";

export interface ForkedRaces {
  /** Whether a node that was canceled is not needed: each race that it was for was won. @param raced who runs again */
  hasLost(id: string, raced: ReadonlySet<string>): boolean;
  /** `raced`, and all in races of which somebody is done again. */
  brokenBy(isAgain: (id: string) => boolean, raced: ReadonlySet<string>): Set<string>;
}

/** Nodes that stand beside each other in a `$first`. */
function racesIn(expression: FlatExpression): string[][] {
  if (!isForm(expression)) return [];
  const named = expression.of.flatMap((part) => (!isForm(part) && part.kind === "node" ? [part.node] : []));
  return [...(expression.kind === "first" ? [named] : []), ...expression.of.flatMap(racesIn)];
}

/** @param indicesOf the instances that the run has by a group */
export function readForkedRaces(
  plan: GraphPlan,
  channels: Channels,
  indicesOf: (many: PlannedGroup | undefined) => (number | undefined)[],
): ForkedRaces {
  const races: Set<string>[] = [];
  /** Those in a group of the reader's race index by index; all others stand for themselves. */
  const add = (expressions: FlatExpression[], many: PlannedGroup | undefined): void => {
    for (const names of expressions.flatMap(racesIn)) {
      const isBeside = (name: string) => [undefined, many].includes(plan.byId.get(name)?.many);
      const beside = names.filter((name) => plan.byId.has(name) && isBeside(name));
      for (const index of indicesOf(many))
        races.push(
          new Set(beside.map((name) => (plan.byId.get(name)!.many ? instanceId(name, index) : name))),
        );
    }
  };
  for (const { inputs, many } of plan.nodes)
    add(
      inputs.map(([, expression]) => expression),
      many,
    );
  add(
    plan.output.map(([, expression]) => expression),
    undefined,
  );
  const servants = readRaces(plan)?.servants;

  return {
    hasLost(id, raced) {
      const base = plan.byId.has(id) ? id : id.replace(/\.\d+$/, "");
      const index = id.slice(base.length);
      const racers = servants?.get(base);
      if (!racers) return false;
      const isFor = (racer: string) => (each: Set<string>) => each.has(racer) || each.has(racer + index);
      const own = races.filter((each) => racers.some((racer) => isFor(racer)(each)));
      const isWon = (each: Set<string>) =>
        [...each].some((other) => !raced.has(other) && stateOf(channels, other).phase === "succeeded");
      return own.length > 0 && own.every(isWon);
    },
    brokenBy(isAgain, raced) {
      const broken = races.filter((each) => each.size > 1 && [...each].some(isAgain));
      return new Set([...raced, ...broken.flatMap((each) => [...each])]);
    },
  };
}
