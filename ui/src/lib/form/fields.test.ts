import { GRAPH_INPUTS } from "@myspinbot/contracts/graphs.ts";
import { graphInputValidators } from "@myspinbot/contracts/validators.js";
import { describe, expect, it } from "vitest";
import { type Field, formOf } from "./fields.ts";
import { changesOf, fromInput } from "./from-run.ts";
import type { Schema } from "./schema.ts";
import { shownOf, type Values } from "./shown.ts";
import { faultsOf, toInput } from "./values.ts";

const FORMS = Object.entries(GRAPH_INPUTS).map(
  ([ref, { schema }]) => [ref, schema as Schema, formOf(schema as Schema)] as const,
);
const form = (name: string) => formOf(GRAPH_INPUTS[`graphs/${name}.input.schema.json`]!.schema);
const all = ({ groups, advanced }: ReturnType<typeof formOf>): Field[] => [
  ...groups.flatMap(({ fields }) => fields),
  ...advanced,
];

/** Something that each kind of field takes. */
const SAMPLES: Record<string, (field: Field) => unknown> = {
  text: () => "Hello",
  textarea: () => "Hello",
  segments: ({ schema, hints }) => schema.enum?.at(-1) ?? hints.suggestions?.at(-1),
  select: ({ schema }) => schema.enum?.at(-1),
  tiles: ({ schema }) => schema.enum?.at(-1),
  switch: () => true,
  slider: ({ schema }) => schema.maximum,
  number: ({ schema }) => schema.minimum ?? 1,
  color: () => "#102030",
  image: () => ({ file_id: "file_1", name: "a.png", size: 1, media_type: "image/png" }),
  video: () => ({ file_id: "file_1", name: "a.mp4", size: 1, media_type: "video/mp4" }),
  files: () => [{ file_id: "file_1", name: "a.png", size: 1, media_type: "image/png" }],
  voice: () => ({ file_id: "file_2", name: undefined, consent: true }),
  list: ({ fields = [] }) => [Object.fromEntries(fields.map((field) => [field.name, sample(field)]))],
};
const sample = (field: Field): unknown => SAMPLES[field.widget]?.(field);

describe.each(FORMS)("the form of %s", (ref, schema, made) => {
  it("has every field once, with a title for people", () => {
    expect(
      all(made)
        .map(({ name }) => name)
        .sort(),
    ).toEqual(Object.keys(schema.properties ?? {}).sort());
    for (const { title, widget, name } of all(made)) {
      expect(title, name).toMatch(/^\p{Lu}/u);
      expect(title, name).not.toMatch(/Input$|_/);
      expect(widget, name).not.toBe("json");
    }
  });

  it("makes an input that the gateway takes, from one value in every field", () => {
    const values = Object.fromEntries(all(made).map((field) => [field.name, sample(field)]));
    expect(faultsOf(all(made), values)).toEqual([]);
    const input = toInput(all(made), values);
    const fits = graphInputValidators[ref]!;
    expect(fits(input), JSON.stringify(fits.errors)).toBe(true);
  });

  it("names defaults that the schema takes, and sends none of them", () => {
    const wanted = all(made).filter(({ schema: { default: value } }) => value !== undefined);
    for (const { name, schema: own } of wanted) if (own.enum) expect(own.enum, name).toContain(own.default);
    const [lists, others] = [true, false].map((isList) =>
      all(made).filter(({ widget }) => (widget === "list") === isList),
    );
    expect(toInput(others!, {})).toEqual({});
    // A list that must be there is sent as it is shown.
    for (const sent of Object.values(toInput(lists!, {}))) expect(sent).toEqual([{}]);
  });
});

describe("a form", () => {
  it("chooses the widget by what the schema says, and by hints before that", () => {
    const widgets = Object.fromEntries(all(form("talking-avatar")).map(({ name, widget }) => [name, widget]));
    expect(widgets).toMatchObject({
      ...{
        text: "textarea",
        topic: "text",
        portrait: "image",
        avatar: "tiles",
        aspect: "segments",
        face: "number",
      },
      ...{ background: "color", size: "segments", webm: "switch", duration_s: "slider", voice: "voice" },
    });
    expect(all(form("upscale-batch"))[0]).toMatchObject({ name: "images", widget: "files" });
    expect(all(form("talking-scenes"))[0]).toMatchObject({ name: "scenes", widget: "list" });
  });

  it("is helped by words for people before those for whoever writes JSON", () => {
    const helps = Object.fromEntries(all(form("talking-avatar")).map(({ name, help }) => [name, help]));
    expect(helps).toMatchObject({
      voice: "A voice by its name, or one that resembles somebody in a clip.",
      background: "What is behind the person.",
      avatar: "The drawn face that speaks when there is no portrait.",
    });
  });

  it("works without hints, and falls back to JSON", () => {
    const schema: Schema = {
      properties: {
        long_words: { type: "string", maxLength: 2000 },
        many: { type: "integer" },
        thing: { type: "object" },
        photo: { $ref: "#/$defs/FileInput", "x-type": "Image" },
      },
      required: ["many"],
      $defs: {
        FileInput: { title: "FileInput", type: "object", properties: { file_id: { type: "string" } } },
      },
    };
    expect(all(formOf(schema)).map(({ title, widget, required }) => [title, widget, required])).toEqual([
      ["Long words", "textarea", false],
      ["Many", "number", true],
      ["Thing", "json", false],
      ["Photo", "image", false],
    ]);
  });

  it.each([
    ["of pictures, by its form alone", { items: { $ref: "#/$defs/FileInput" } }, "image"],
    ["of clips", { items: { $ref: "#/$defs/FileInput" }, "x-type": "Audio[]" }, "audio"],
    ["of films, as the element says", { items: { $ref: "#/$defs/FileInput", "x-type": "Video" } }, "video"],
    ["of pictures in a form of their own", { items: { type: "object", "x-type": "Image" } }, "image"],
  ] as [string, Schema, string][])("takes a list of files: %s", (_, list, files) => {
    const [field] = all(
      formOf({
        properties: { many: { type: "array", minItems: 2, maxItems: 3, ...list } },
        $defs: { FileInput: { type: "object", properties: { file_id: { type: "string" } } } },
      }),
    );
    expect(field).toMatchObject({ name: "many", widget: "files", files });
    const given = (n: number): Values => ({
      many: Array.from({ length: n }, (_, i) => ({ file_id: `file_${i}`, name: "a", size: 1 })),
    });
    expect(faultsOf([field!], given(1))).toEqual([{ pointer: "/many", detail: "At least 2." }]);
    expect(faultsOf([field!], given(4))).toEqual([{ pointer: "/many", detail: "At most 3." }]);
    expect(faultsOf([field!], given(2))).toEqual([]);
    expect(toInput([field!], given(2))).toEqual({ many: [{ file_id: "file_0" }, { file_id: "file_1" }] });
  });

  it("keeps JSON as it is typed, and sends what it says", () => {
    const made = formOf({ properties: { thing: { type: "object" } }, required: ["thing"] });
    expect(faultsOf(all(made), { thing: '{"a": ' })).toEqual([
      { pointer: "/thing", detail: "This is no JSON yet." },
    ]);
    expect(toInput(all(made), { thing: ' {"a": [1]} ' })).toEqual({ thing: { a: [1] } });
    expect(toInput(all(made), fromInput({ thing: { a: [1] } }, made).values)).toEqual({ thing: { a: [1] } });
  });

  it("shows a field when another asks for it", () => {
    const made = form("talking-avatar");
    const shown = (values: Values, chosen = "text") =>
      shownOf(all(made), values, { fields: ["text", "topic"], chosen }).map(({ name }) => name);
    expect(shown({})).not.toContain("topic");
    expect(shown({})).not.toContain("tone");
    expect(shown({}, "topic")).toEqual(expect.arrayContaining(["topic", "tone", "audience"]));
    expect(shown({ background: "picture" })).toContain("background_image");
    expect(shown({ portrait: { file_id: "f" } })).toContain("face");
    expect(shown({ portrait: { file_id: "f" } })).not.toContain("avatar");
  });

  it.each([
    [{ text: "..." }, "/text", "It needs at least one letter or digit."],
    [{ text: "a".repeat(5001) }, "/text", "At most 5000 characters."],
    [{ size: 300.5 }, "/size", "A multiple of 2."],
    [{ size: 99 }, "/size", "From 256 to 1080."],
    [{ voice: { file_id: "f" } }, "/voice", "The speaker must have agreed."],
    [{ voice: { consent: true } }, "/voice", "Choose or record a clip."],
    [{ voice: {} }, "/voice", "Choose or record a clip."],
  ])("says what is wrong with %j", (values, pointer, detail) => {
    expect(faultsOf(all(form("talking-avatar")), values as Values)).toContainEqual({ pointer, detail });
  });

  it.each([
    [{ minimum: 1 }, 0, "At least 1."],
    [{ maximum: 9 }, 10, "At most 9."],
    [{ minimum: 1, maximum: 9 }, 10, "From 1 to 9."],
    [{ type: "integer" }, 1.5, "A whole number."],
    [{ multipleOf: 2 }, 3, "A multiple of 2."],
    [{ minimum: 0, maximum: 1, multipleOf: 0.25 }, 0.75, undefined],
    [{ type: "integer", minimum: 1 }, 1, undefined],
  ] as [Schema, number, string | undefined][])("of %j says of %d: %s", (own, value, detail) => {
    const [field] = all(formOf({ properties: { n: { type: "number", ...own } } }));
    expect(faultsOf([field!], { n: value })).toEqual(detail === undefined ? [] : [{ pointer: "/n", detail }]);
  });

  it("takes the clip of an earlier run for a clip, and its name for no voice", () => {
    const made = form("talking-avatar");
    const input = {
      text: "Hello.",
      voice: { file_id: "file_2", consent: true },
      portrait: { file_id: "file_1" },
    };
    const { values, chosen } = fromInput(input, made);
    expect(chosen).toBe("text");
    expect(faultsOf(all(made), values)).toEqual([]);
    expect(toInput(all(made), values)).toEqual(input);
    const scenes = { scenes: [input] };
    expect(toInput(all(form("talking-scenes")), fromInput(scenes, form("talking-scenes")).values)).toEqual(
      scenes,
    );
  });

  it("tells what of an earlier run is another now, and nothing of what stayed", () => {
    const made = form("talking-avatar");
    const input = { text: "Hello.", portrait: { file_id: "file_1" }, title: "One", captions: false };
    const { values } = fromInput(input, made);
    const before = toInput(all(made), values);
    expect(changesOf(before, toInput(all(made), values))).toEqual({});
    const { title: _, ...others } = values;
    const after = toInput(all(made), { ...others, text: "Hello!", size: 256 });
    expect(changesOf(before, after)).toEqual({ text: "Hello!", size: 256, title: null });
  });

  it("says it inside of lists, too", () => {
    expect(faultsOf(all(form("talking-scenes")), { scenes: [{ text: "Hello" }, {}] })).toEqual([
      { pointer: "/scenes/1/text", detail: "Please fill this in." },
    ]);
  });
});

it("says no title twice that its group has", () => {
  const titled = (title: string, group: string): Schema => ({
    type: "string",
    "x-ui": { title, group },
  });
  const { groups } = formOf({
    properties: { a: titled("scenes", "s"), b: titled("Scenes", "s"), c: titled("Input", "none") },
    "x-ui-groups": [{ id: "s", title: "Scenes" }],
  });
  // What comes behind another one is in need of its own.
  expect(groups.flatMap(({ fields }) => fields.map(({ isTitled }) => isTitled === true))).toEqual([
    true,
    false,
    false,
  ]);
  const [scenes] = form("talking-scenes").groups;
  expect([scenes!.title, scenes!.fields.map(({ isTitled }) => isTitled)]).toEqual(["Scenes", [true]]);
});
