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

test.each([
  ["/events/0", "/events/0 is none of run.failed, run.succeeded"],
  ["", "it must be an object"],
])("names no field that the sentence has named: '%s'", (pointer, what) => {
  const said = `The body does not fit: ${what}.`;
  const first = { pointer, detail: what.replace(/^\S+ /, "") };
  const other = { pointer: "/url", detail: "is missing" };
  const problem = { title: "The request is not valid", detail: said, errors: [first, other] };
  expect(problemText(problem)).toBe(`The request is not valid: ${said}\n  /url: is missing`);
});
