import { expect, it } from "vitest";
import { gatherLines } from "./log-lines.ts";

it("writes the lines of one turn at once, in their order, and at the end what is still held", () => {
  const [written, turns]: [string[], (() => void)[]] = [[], []];
  const lines = gatherLines(
    (text) => written.push(text),
    (flush) => turns.push(flush),
  );
  for (const line of ["a", "b"]) lines.write(line);
  expect(written).toEqual([]);
  turns.shift()!();
  expect(written).toEqual(["a\nb\n"]);
  lines.write("c");
  lines.flush();
  turns.shift()!();
  expect([written, turns]).toEqual([["a\nb\n", "c\n"], []]);
});
