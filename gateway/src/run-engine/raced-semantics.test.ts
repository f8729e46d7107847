/**
 * Random graphs with races, lists and loops, played by engine, driver and executor together, against an independent
 * reading by what was recorded of the races: nothing else may depend on who was first.
 */
import fc from "fast-check";
import type { Graph } from "@myspinbot/contracts/types.ts";
import { expect, it } from "vitest";
import type { Case } from "../../test/semantics/graphs.ts";
import { play, quickHub, type MakeHub, type Played } from "../../test/semantics/play.ts";
import { readRaced, type RacedReading } from "../../test/semantics/raced-reading.ts";
import { racedCases } from "../../test/semantics/raced.ts";
import { DriveSaver } from "../checkpoints/drive-saver.ts";
import { createHubCache } from "./hub.ts";

/** A bound for a busy machine; alone it takes a few seconds. */
const PATIENCE_MS = 120_000;
const PIECE = "p";

/** The case as a node of a graph that does nothing else. */
function pieceOf({ graph, deeds, ...given }: Case): Case {
  const { last } = graph.output;
  const mark = typeof last === "string" && last.endsWith("?") ? "?" : "";
  const outer: Graph = {
    name: "outer",
    nodes: [{ id: PIECE, graph: graph.name, inputs: { list: "$input.list" } }],
    output: { last: `$${PIECE}.last${mark}` },
  };
  const within = Object.entries(deeds).map(([id, each]) => [`${PIECE}.${id}`, each]);
  return { ...given, graph: outer, graphs: [graph], deeds: Object.fromEntries(within) as Case["deeds"] };
}

/** What a run has come to, under the names that it has alone. */
function outcomeOf({ status, output, culprit, rows, attempts, events }: Played) {
  const alone = <T>(value: T): T =>
    value === undefined ? value : (JSON.parse(JSON.stringify(value).replaceAll(`"${PIECE}.`, '"')) as T);
  const ended = [...rows].filter(([, row]) => row.instances === undefined);
  return {
    ...{ status, output: alone(output), culprit: culprit?.replace(`${PIECE}.`, "") },
    rows: new Map(alone(ended)),
    attempts: alone(attempts),
    order: alone(events.flatMap(({ type, node }) => (type === "node.succeeded" ? [node] : []))),
  };
}

type Outcome = ReturnType<typeof outcomeOf>;

function expectFates({ fates, fatal }: RacedReading, { rows, attempts }: Outcome): void {
  const isCut = fatal.length > 0;
  for (const [id, fate] of Object.entries(fates)) {
    const row = rows.get(id);
    const made = attempts[id] ?? [];
    if (fate.status === "canceled") {
      expect([id, row!.status]).toEqual([id, "canceled"]);
      continue;
    }
    const read = { id, status: fate.status, attempts: (fate as { attempts: number }).attempts };
    for (const inputs of made)
      expect({ id, inputs }).toEqual({ id, inputs: (fate as { inputs: unknown }).inputs });
    if (!isCut) expect({ id, status: row?.status, attempts: made.length }).toEqual(read);
    else if (row && row.status !== "canceled") expect([id, row.status]).toEqual([id, read.status]);
  }
}

async function assertAsRecorded(given: Case, makeHub: MakeHub, play_ = given): Promise<number> {
  const outcome = outcomeOf(await play(play_, makeHub));
  const { rows, order, status, output, culprit } = outcome;
  const dropped = new Set(
    [...rows].flatMap(([id, row]) => (row.status === "canceled" && row.reason === "race" ? [id] : [])),
  );
  const reading = readRaced(given, { order, dropped, wouldBe: "nothing" });
  expectFates(reading, outcome);
  if (reading.fatal.length > 0) {
    expect([status, reading.fatal]).toEqual(["failed", expect.arrayContaining([culprit])]);
    return dropped.size;
  }
  expect({ status, output }).toEqual(
    reading.output
      ? { status: "succeeded", output: reading.output }
      : { status: "failed", output: undefined },
  );
  // Whatever those had made who were called back: it would have changed nothing for the others.
  const best = readRaced(given, { order, dropped, wouldBe: "the best" });
  expect(best.output).toEqual(reading.output);
  expectFates(best, outcome);
  return dropped.size;
}

let [played, dropped] = [0, 0];

it.each([
  ["alone, without LangGraph", 400, quickHub, (given: Case) => given],
  ["as nodes of another graph", 150, quickHub, pieceOf],
  ["by the hub", 40, (model) => createHubCache(new DriveSaver(() => 0.5), 1)(model), (given: Case) => given],
] satisfies [string, number, MakeHub, (given: Case) => Case][])(
  "races, loops and lists at random come to what was recorded of their races: %s",
  async (_, numRuns, makeHub, toPlay) => {
    const asRecorded = fc.asyncProperty(racedCases, async (given) => {
      dropped += await assertAsRecorded(given, makeHub, toPlay(given));
    });
    await fc.assert(asRecorded, { numRuns });
    played += numRuns;
  },
  PATIENCE_MS,
);

it("nodes are called back in many of them, or the above would say nothing", () => {
  // Of all together: among forty at random there may be two.
  expect(dropped).toBeGreaterThan(played / 20);
});
