import type { Capabilities, Graph } from "@myspinbot/contracts/types.ts";
import { describe, expect, it } from "vitest";
import { availabilityOf } from "./availability.ts";

const graph = (...nodes: { type: string; engine?: string }[]) =>
  ({ nodes: nodes.map((node, i) => ({ id: `n${i}`, ...node })) }) as unknown as Graph;
const known = (
  ...node_types: {
    type: string;
    executors_online: number;
    engines?: { name: string; available: boolean; reason?: string }[];
  }[]
) =>
  ({
    node_types: node_types.map((row) => ({ plane: "python", engines: [], ...row })),
  }) as unknown as Capabilities;
const SPEAK = { type: "speak", executors_online: 2, engines: [{ name: "a", available: true }] };

describe("whether somebody can do it", () => {
  it.each([
    ["all are there", [{ type: "speak" }], [SPEAK], "ready", "2 boxes are online and can do this now."],
    // A node that asks a person belongs to no executor.
    ["one asks a person", [{ type: "speak" }, { type: "approval" }], [SPEAK], "ready", "2 boxes are online"],
    [
      "nobody knows a type",
      [{ type: "speak" }, { type: "other" }],
      [SPEAK],
      "waiting",
      "No box takes work now.",
    ],
    [
      "everybody has left",
      [{ type: "speak" }],
      [{ ...SPEAK, executors_online: 0 }],
      "waiting",
      "No box takes work now.",
    ],
    [
      "the engine cannot work",
      [{ type: "speak", engine: "b" }],
      [{ ...SPEAK, engines: [...SPEAK.engines, { name: "b", available: false, reason: "no GPU" }] }],
      "impossible",
      "no GPU",
    ],
  ])("is said when %s", (_, nodes, rows, state, words) => {
    const said = availabilityOf(graph(...nodes), known(...rows));
    expect(said?.state).toBe(state);
    expect(said?.text).toContain(words);
  });

  it.each([
    ["an edge follows its failure", { edges: [{ from: "n1", to: "n0", on: "failure" }] }],
    ["there is an alternative", { output: { audio: { $any: ["$n0.audio", "$n1.audio"] } } }],
    ["there is one deeper inside", { output: { all: { list: [{ $first: ["$n1.audio", "$n0.audio"] }] } } }],
    ["its group may fail", { groups: { g: { each: "$input.all", on_failure: "skip" } } }],
  ])("does not hang on a node without which a run goes on: %s", (_, more) => {
    const made = graph({ type: "speak" }, { type: "speak", engine: "b", ...{ group: "g" } });
    const rows = known({
      ...SPEAK,
      engines: [...SPEAK.engines, { name: "b", available: false, reason: "no b" }],
    });
    expect(availabilityOf(made, rows)).toMatchObject({ state: "impossible", text: "no b" });
    expect(availabilityOf({ ...made, ...more } as unknown as Graph, rows)?.state).toBe("ready");
  });

  it("hangs on one of them", () => {
    const made = {
      ...graph({ type: "speak" }),
      output: { audio: { $any: ["$n0.audio"] } },
    } as unknown as Graph;
    expect(availabilityOf(made, known({ ...SPEAK, executors_online: 0 }))?.state).toBe("waiting");
    const blocked = { ...SPEAK, engines: [{ name: "a", available: false, reason: "no a" }] };
    expect(availabilityOf(made, known(blocked))).toMatchObject({ state: "impossible", text: "no a" });
  });

  it.each(["auto", "$input.engine"])("takes any engine for %s", (engine) => {
    expect(availabilityOf(graph({ type: "speak", engine }), known(SPEAK))?.state).toBe("ready");
  });

  it("is not said before it is known", () => {
    expect(availabilityOf(graph(), undefined)).toBeUndefined();
  });
});
