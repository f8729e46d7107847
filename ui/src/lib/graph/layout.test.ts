import { GRAPHS } from "@myspinbot/contracts/graphs.ts";
import type { Graph } from "@myspinbot/contracts/types.ts";
import { describe, expect, it } from "vitest";
import { layoutOf, NODE_HEIGHT, NODE_WIDTH } from "./layout.ts";

interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

const isInside = (a: Box, b: Box): boolean =>
  a.x >= b.x && a.y >= b.y && a.x + a.width <= b.x + b.width && a.y + a.height <= b.y + b.height;
const meet = (a: Box, b: Box): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

/** Two lists beside each other, with a node that is in neither between them. */
const TWO: Graph = {
  name: "two",
  input: { words: "Text[]" },
  groups: { first: { each: "$input.words", max: 5 }, second: { each: "$input.words", max: 5 } },
  nodes: [
    ...["a", "b", "c"].map((id) => ({ id, type: "t", plane: "node", group: "first" }) as const),
    ...["d", "e"].map((id) => ({ id, type: "t", plane: "node", group: "second" }) as const),
    { id: "alone", type: "t", plane: "node" },
    { id: "last", type: "t", plane: "node" },
  ],
  edges: [
    ...[
      ["a", "b"],
      ["a", "c"],
      ["d", "e"],
      ["b", "last"],
      ["e", "last"],
      ["alone", "last"],
    ].map(([from, to]) => ({ from: from!, to: to!, on: "success" as const })),
  ],
  output: { last: "$last.v" },
};

describe.each(Object.entries({ ...GRAPHS, two: TWO }))("the drawing of %s", (_, given) => {
  const graph = given;
  const { frames, nodes, width, height } = layoutOf(graph);
  const boxOf = (id: string): Box => ({ ...nodes.get(id)!, width: NODE_WIDTH, height: NODE_HEIGHT });

  it("has a frame around each group, with its nodes in it and no other", () => {
    const groups = new Set(graph.nodes.flatMap(({ group }) => group ?? []));
    expect(new Set(frames.map(({ id }) => id))).toEqual(groups);
    for (const frame of frames)
      for (const { id, group } of graph.nodes)
        expect([
          frame.id,
          id,
          group === frame.id ? isInside(boxOf(id), frame) : meet(boxOf(id), frame),
        ]).toEqual([frame.id, id, group === frame.id]);
    for (const [i, frame] of frames.entries())
      for (const other of frames.slice(i + 1)) expect(meet(frame, other)).toBe(false);
  });

  it("is as large as all that is in it", () => {
    const whole = { x: 0, y: 0, width, height };
    for (const box of [...frames, ...graph.nodes.map(({ id }) => boxOf(id))])
      expect(isInside(box, whole)).toBe(true);
  });
});
