import { describe, expect, it } from "vitest";
import { curveOf, saidOf, tableOf } from "./curve.ts";

const preview = (said: unknown, media_type = "application/json") => ({
  media_type,
  base64: Buffer.from(typeof said === "string" ? said : JSON.stringify(said)).toString("base64"),
});
const LOSS = {
  ...{ title: "Loss – é", unit: "steps" },
  lines: [
    {
      name: "train",
      points: [
        [1, 2.3456],
        [2, 1.2],
        [4, 0.5],
      ],
    },
    {
      name: "held out",
      points: [
        [4, 0.75],
        [2, 1.5],
      ],
    },
  ],
};

describe("a curve", () => {
  it("is read out of a preview, whatever its letters", () => {
    expect(curveOf(preview(LOSS))).toEqual(LOSS);
    expect(curveOf(preview({ ...LOSS, lines: [] }))?.lines).toEqual([]);
    const many = Array.from({ length: 9 }, () => LOSS.lines[0]);
    expect(curveOf(preview({ ...LOSS, lines: many }))?.lines).toHaveLength(6);
  });

  it.each([
    ["a picture", preview("AA", "image/png")],
    ["no JSON", preview("{")],
    ["no base64", { media_type: "application/json", base64: "%" }],
    ["nothing", preview(null)],
    ["a list", preview([])],
    ["without lines", preview({ title: "Loss", unit: "steps" })],
    ["without a name", preview({ ...LOSS, lines: [{ points: [] }] })],
    ["a point that is none", preview({ ...LOSS, lines: [{ name: "train", points: [[1, "2"]] }] })],
    ["a point with three sides", preview({ ...LOSS, lines: [{ name: "train", points: [[1, 2, 3]] }] })],
    ["a height that is none", preview({ ...LOSS, lines: [{ name: "train", points: [[1, null]] }] })],
  ])("is not read out of what is none: %s", (_, given) => {
    expect(curveOf(given)).toBeUndefined();
  });

  it("is drawn from left to right, with holes where a line has no point", () => {
    expect(tableOf(curveOf(preview(LOSS))!)).toEqual([
      [1, 2, 4],
      [2.3456, 1.2, 0.5],
      [null, 1.5, 0.75],
    ]);
  });

  it("is said to those who do not see it", () => {
    expect(saidOf(curveOf(preview(LOSS))!)).toBe(
      "Loss – é: train 0.5 at 4 steps, from 2.35 at 1; held out 1.5 at 2 steps, from 0.75 at 4",
    );
    expect(saidOf({ title: "Loss", unit: "steps", lines: [] })).toBe("Loss: no points yet");
  });
});
