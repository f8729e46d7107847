/** Which fields are shown by what others hold, and that what is hidden is neither judged nor sent. */
import { describe, expect, it } from "vitest";
import { type Field, formOf } from "./fields.ts";
import { fromInput } from "./from-run.ts";
import type { Schema } from "./schema.ts";
import { shownOf, type Values } from "./shown.ts";
import { faultsOf, toInput } from "./values.ts";

const fieldsOf = (schema: Schema): Field[] => formOf(schema).groups.flatMap(({ fields }) => fields);
const names = (fields: readonly Field[]) => fields.map(({ name }) => name);
/** What is sent, or what is wrong, as the form of a graph does it. */
function sent(schema: Schema, values: Values): unknown {
  const shown = shownOf(fieldsOf(schema), values);
  const faults = faultsOf(shown, values);
  return faults.length > 0 ? faults.map(({ pointer }) => pointer) : toInput(shown, values);
}

/** A field that others ask for, and one that is shown beside a value of it. */
const beside = (asked: Schema, hints: Schema["x-ui"]): Schema => ({
  properties: { asked, other: { type: "string", "x-ui": hints } },
});
const KIND = { enum: ["speech", "pause"] };

describe("a field that is shown beside another", () => {
  it.each([
    ["a value that was chosen", KIND, { shown_if: { asked: "pause" } }, { asked: "pause" }, true],
    ["another value", KIND, { shown_if: { asked: "pause" } }, { asked: "speech" }, false],
    ["nothing, without a default", KIND, { shown_if: { asked: "pause" } }, {}, false],
    ["its default", { ...KIND, default: "pause" }, { shown_if: { asked: "pause" } }, {}, true],
    ["another default", { ...KIND, default: "speech" }, { shown_if: { asked: "pause" } }, {}, false],
    [
      "a value in place of its default",
      { ...KIND, default: "pause" },
      { shown_if: { asked: "pause" } },
      { asked: "speech" },
      false,
    ],
    ["a default that hides", { ...KIND, default: "pause" }, { hidden_if: { asked: "pause" } }, {}, false],
    ["a default that is a number", { type: "integer", default: 2 }, { shown_if: { asked: 2 } }, {}, true],
    ["zero, which is given", { type: "integer", default: 0 }, { shown_if: { asked: true } }, {}, true],
    ["a default, which is given", { type: "string", default: "a" }, { shown_if: { asked: true } }, {}, true],
    ["blanks, which are nothing", { type: "string" }, { shown_if: { asked: true } }, { asked: " " }, false],
    [
      "a switch that is on by default",
      { type: "boolean", default: true },
      { shown_if: { asked: true } },
      {},
      true,
    ],
    [
      "that switch, off",
      { type: "boolean", default: true },
      { shown_if: { asked: true } },
      { asked: false },
      false,
    ],
    ["a switch that is off", { type: "boolean" }, { shown_if: { asked: false } }, {}, true],
    ["a switch that is on", { type: "boolean" }, { shown_if: { asked: false } }, { asked: true }, false],
    [
      "a thing with something in it",
      { type: "object", properties: { a: { type: "string" } } },
      { shown_if: { asked: true } },
      { asked: { a: "x" } },
      true,
    ],
    [
      "a thing with nothing in it",
      { type: "object", properties: { a: { type: "string" } } },
      { shown_if: { asked: true } },
      { asked: { a: "" } },
      false,
    ],
  ] as [string, Schema, Schema["x-ui"], Values, boolean][])(
    "looks at %s",
    (_, asked, hints, values, isShown) => {
      expect(names(shownOf(fieldsOf(beside(asked, hints)), values)).includes("other")).toBe(isShown);
    },
  );

  it("is hidden with it", () => {
    const schema: Schema = {
      properties: {
        kind: { ...KIND, default: "speech" },
        voice: { enum: ["low", "high"], default: "low", "x-ui": { shown_if: { kind: "speech" } } },
        depth: { type: "number", "x-ui": { shown_if: { voice: "low" } } },
      },
    };
    expect(names(shownOf(fieldsOf(schema), {}))).toEqual(["kind", "voice", "depth"]);
    expect(names(shownOf(fieldsOf(schema), { kind: "pause", voice: "low", depth: 3 }))).toEqual(["kind"]);
    expect(sent(schema, { kind: "pause", voice: "low", depth: 3 })).toEqual({ kind: "pause" });
  });

  it("does not wait for itself in a circle", () => {
    const schema: Schema = {
      properties: {
        a: { type: "string", "x-ui": { shown_if: { b: true } } },
        b: { type: "string", "x-ui": { shown_if: { a: true } } },
      },
    };
    expect(names(shownOf(fieldsOf(schema), { a: "x", b: "x" }))).toEqual(["a", "b"]);
    expect(names(shownOf(fieldsOf(schema), {}))).toEqual([]);
  });
});

/** A thing of which a part is asked for only beside another. */
const PART: Schema = {
  type: "object",
  required: ["words", "seconds"],
  properties: {
    kind: { ...KIND, default: "speech" },
    words: { type: "string", "x-ui": { shown_if: { kind: "speech" } } },
    seconds: { type: "number", "x-ui": { shown_if: { kind: "pause" } } },
  },
};
const LIST: Schema = { type: "array", minItems: 1, items: PART };
const ofOne = (own: Schema, isRequired = true): Schema => ({
  properties: { part: own },
  ...(isRequired ? { required: ["part"] } : {}),
});

describe("what is sent of a form", () => {
  it.each([
    [
      "what is hidden at the root",
      PART,
      { kind: "pause", words: "Hi", seconds: 1 },
      { kind: "pause", seconds: 1 },
    ],
    ["what a default hides", PART, { words: "Hi", seconds: 1 }, { words: "Hi" }],
    ["what is hidden and not there", PART, { words: "Hi" }, { words: "Hi" }],
    [
      "what is hidden in a thing",
      ofOne(PART),
      { part: { words: "Hi", seconds: 1 } },
      { part: { words: "Hi" } },
    ],
    [
      "what is hidden in a list",
      ofOne(LIST),
      { part: [{ words: "Hi", seconds: 1 }] },
      { part: [{ words: "Hi" }] },
    ],
    [
      "each of a list by itself",
      ofOne(LIST),
      { part: [{ words: "Hi" }, { kind: "pause", words: "Hi", seconds: 1 }] },
      { part: [{ words: "Hi" }, { kind: "pause", seconds: 1 }] },
    ],
    [
      "what is hidden deep inside",
      ofOne({ type: "array", items: { type: "object", properties: { inner: PART } } }),
      { part: [{ inner: { words: "Hi", seconds: 1 } }] },
      { part: [{ inner: { words: "Hi" } }] },
    ],
    ["a thing nobody touched", ofOne(PART, false), {}, {}],
    ["a thing of which all is hidden", ofOne(PART, false), { part: { seconds: 1 } }, {}],
    ["a list nobody touched", ofOne(LIST, false), {}, {}],
    ["blanks", { properties: { a: { type: "string" } } }, { a: "  " }, {}],
    ["a default", { properties: { a: { ...KIND, default: "pause" } } }, {}, {}],
    [
      "a default where something must be said",
      { properties: { a: { ...KIND, default: "pause" } }, required: ["a"] },
      {},
      { a: "pause" },
    ],
    ["a switch as it was", { properties: { a: { type: "boolean", default: true } } }, { a: true }, {}],
    [
      "a switch that was turned off",
      { properties: { a: { type: "boolean", default: true } } },
      { a: false },
      { a: false },
    ],
    [
      "a switch where one must say",
      { properties: { a: { type: "boolean" } }, required: ["a"] },
      {},
      { a: false },
    ],
    [
      "a list as it is shown",
      ofOne({ ...LIST, minItems: 2, items: { type: "object", properties: { a: { type: "string" } } } }),
      {},
      { part: [{}, {}] },
    ],
  ] as [string, Schema, Values, Values][])("is right: %s", (_, schema, values, input) => {
    expect(sent(schema, values)).toEqual(input);
  });

  it.each([
    ["at the root", PART, {}, ["/words"]],
    ["in a thing that must be there", ofOne(PART), {}, ["/part/words"]],
    ["in a thing that was begun", ofOne(PART, false), { part: { kind: "pause" } }, ["/part/seconds"]],
    ["in a list nobody touched", ofOne(LIST), {}, ["/part/0/words"]],
    [
      "in the second of a list",
      ofOne(LIST),
      { part: [{ words: "Hi" }, { kind: "pause" }] },
      ["/part/1/seconds"],
    ],
  ] as [string, Schema, Values, string[]][])(
    "waits for what is missing %s",
    (_, schema, values, pointers) => {
      expect(sent(schema, values)).toEqual(pointers);
    },
  );

  it("is the same of an earlier run, whose things and lists are taken apart and put together", () => {
    const schema: Schema = { properties: { one: PART, many: LIST } };
    const input = { one: { words: "Hi" }, many: [{ kind: "pause", seconds: 1 }] };
    expect(sent(schema, fromInput(input, formOf(schema)).values)).toEqual(input);
  });
});

describe("a thing with fields", () => {
  it("is asked for as such as deep as people see through, and as JSON where it holds itself", () => {
    const schema: Schema = {
      properties: { tree: { $ref: "#/$defs/Tree" } },
      $defs: {
        Tree: { type: "object", properties: { leaf: { type: "string" }, next: { $ref: "#/$defs/Tree" } } },
      },
    };
    const widgets = (fields: readonly Field[]): unknown[] =>
      fields.flatMap(({ widget, fields: inner }) => [widget, ...(inner ? widgets(inner) : [])]);
    expect(widgets(fieldsOf(schema))).toEqual(["object", "text", "object", "text", "object", "text", "json"]);
    expect(widgets(fieldsOf({ properties: { plain: { type: "object" } } }))).toEqual(["json"]);
  });
});
