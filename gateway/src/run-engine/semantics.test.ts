/** Random graphs, played by engine, driver and executor together, against an independent reading of what they mean. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Graph, GraphNode } from "@myspinbot/contracts/types.ts";
import { cases, type Case, type Deed } from "../../test/semantics/graphs.ts";
import { readGrouped } from "../../test/semantics/grouped-reading.ts";
import { groupedCases } from "../../test/semantics/grouped.ts";
import { play, quickHub, type MakeHub } from "../../test/semantics/play.ts";
import { outputOf, readCase, type Reading } from "../../test/semantics/reading.ts";
import { DriveSaver } from "../checkpoints/drive-saver.ts";
import { createHubCache } from "./hub.ts";

/** A bound for a busy machine; alone it takes a few seconds. */
const PATIENCE_MS = 120_000;

/** Holds whatever the order of the mail; a run that fails early proves only that nothing wrong was done before. */
async function assertAsRead(given: Case, makeHub: MakeHub): Promise<void> {
  const reading = readCase(given);
  await assertAs(reading, outputOf(given, reading), given, makeHub);
}

async function assertAs(
  reading: Reading,
  expected: Record<string, unknown> | null,
  given: Case,
  makeHub: MakeHub,
): Promise<void> {
  const { status, output, culprit, rows, attempts } = await play(given, makeHub);
  const isCut = reading.fatal.length > 0;
  for (const [id, fate] of Object.entries(reading.fates)) {
    const made = attempts[id] ?? [];
    for (const inputs of made) expect({ id, inputs }).toEqual({ id, inputs: fate.inputs });
    const row = { id, status: rows.get(id)!.status, attempts: made.length };
    const read = { id, status: fate.status, attempts: fate.attempts };
    if (!isCut) expect(row).toEqual(read);
    else if (row.status === "canceled") expect(row.attempts).toBeLessThanOrEqual(read.attempts);
    else if (row.status === "succeeded") expect(row).toEqual(read);
    else expect(row.status).toBe(read.status);
  }
  if (isCut) {
    expect(status).toBe("failed");
    expect(reading.fatal).toContain(culprit);
    return;
  }
  expect({ status, output }).toEqual(
    expected ? { status: "succeeded", output: expected } : { status: "failed", output: undefined },
  );
}

const PIECE = "p";
const within = <T>(values: Record<string, T>): Record<string, T> =>
  Object.fromEntries(Object.entries(values).map(([id, value]) => [`${PIECE}.${id}`, value]));

/** The case as a node of a graph that does nothing else. */
function pieceOf({ graph, deeds, ...given }: Case): Case {
  const outer: Graph = {
    name: "outer",
    nodes: [{ id: PIECE, graph: graph.name, inputs: { list: "$input.list" } }],
    output: { last: `$${PIECE}.last${(graph.output.last as string).endsWith("?") ? "?" : ""}` },
  };
  return { ...given, graph: outer, graphs: [graph], deeds: within(deeds) };
}

/** What nodes make says whose it is. */
function renamed<T>(value: T): T {
  const text = JSON.stringify(value).replaceAll(/"([a-f](?:\.\d)?\.[vw])"/g, `"${PIECE}.$1"`);
  return JSON.parse(text) as T;
}

function withinPiece({ fates, fatal }: Reading): Reading {
  return { fates: within(renamed(fates)), fatal: fatal.map((id) => `${PIECE}.${id}`) };
}

describe("a graph means the same however its nodes fall into tasks", () => {
  it.each([
    ["a thousand, decided without LangGraph", 1000, quickHub],
    ["a few, decided by the hub", 50, (model) => createHubCache(new DriveSaver(() => 0.5), 1)(model)],
  ] satisfies [string, number, MakeHub][])(
    "at random: planes, pools, edges, optional references, retries (%s)",
    async (_, numRuns, makeHub) => {
      const asRead = fc.asyncProperty(cases, (given) => assertAsRead(given, makeHub));
      await fc.assert(asRead, { numRuns });
    },
    PATIENCE_MS,
  );

  it.each([
    ["a thousand, decided without LangGraph", 1000, quickHub],
    ["a few, decided by the hub", 50, (model) => createHubCache(new DriveSaver(() => 0.5), 1)(model)],
  ] satisfies [string, number, MakeHub][])(
    "at random: lists, try blocks, conditions, alternatives (%s)",
    async (_, numRuns, makeHub) => {
      const asRead = fc.asyncProperty(groupedCases, async (given) => {
        const { output, ...reading } = readGrouped(given);
        await assertAs(reading, output, given, makeHub);
      });
      await fc.assert(asRead, { numRuns });
    },
    PATIENCE_MS,
  );

  it(
    "at random: the same graphs as nodes of another, under longer names",
    async () => {
      const asRead = fc.asyncProperty(groupedCases, async (given) => {
        const { output, ...reading } = readGrouped(given);
        await assertAs(withinPiece(reading), output && renamed(output), pieceOf(given), quickHub);
      });
      await fc.assert(asRead, { numRuns: 100 });
    },
    PATIENCE_MS,
  );

  const node = (id: string, plane: GraphNode["plane"], inputs: GraphNode["inputs"] = {}): GraphNode => ({
    id,
    type: `${plane}_work`,
    plane,
    inputs,
  });
  const playNamed = (
    nodes: GraphNode[],
    deeds: Record<string, Deed[]>,
    edges: Graph["edges"] = [],
  ): ReturnType<typeof play> =>
    play({ graph: { name: "named", nodes, edges, output: {} }, deeds, turns: [0.5] });

  describe.each([
    ["both on the node plane", "node", "node"],
    ["both on the python plane", "python", "python"],
    ["from node to python", "node", "python"],
    ["from python to node", "python", "node"],
  ] as const)("%s", (_, first, second) => {
    it("a required reference to an output that was not made skips its node", async () => {
      const nodes = [node("a", first), node("b", second, { x: "$a.w" }), node("c", second, { x: "$b.v?" })];
      const { status, rows, attempts } = await playNamed(nodes, { a: [{ makes: ["v"] }] });
      expect(status).toBe("succeeded");
      expect(rows.get("b")!.status).toBe("skipped");
      expect(attempts).toEqual({ a: [{}], c: [{}] });
    });

    it("an optional reference to a node that is tried again waits for it", async () => {
      const nodes = [node("a", first), node("b", second, { x: "$a.v?" })];
      const { attempts } = await playNamed(nodes, { a: [{ fails: "retryable" }, { makes: ["v"] }] });
      expect(attempts).toEqual({ a: [{}, {}], b: [{ x: "a.v" }] });
    });
  });
});
