import { expect, test } from "vitest";
import { problemText } from "./problem-text.ts";

test.each([
  [{ title: "The input does not fit the graph", detail: "" }, "The input does not fit the graph"],
  [
    { title: "The input does not fit the graph", detail: "The input does not fit the graph." },
    "The input does not fit the graph",
  ],
  [{ title: "No face", detail: "No face was found in me.jpg." }, "No face was found in me.jpg."],
  [{ title: "Handler failed", detail: "Disk full" }, "Handler failed: Disk full"],
])("says title and detail once: %o", (problem, text) => {
  expect(problemText(problem)).toBe(text);
});

test("names the fields at fault, a line each", () => {
  const errors = [
    { pointer: "/input/topic", detail: "is missing" },
    { pointer: "", detail: "must be an object" },
  ];
  expect(problemText({ title: "No", detail: "", errors })).toBe(
    "No\n  /input/topic: is missing\n  /: must be an object",
  );
});
