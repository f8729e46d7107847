import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { SCRIPTS } from "@myspinbot/contracts/scripts.ts";
import { describe, expect, it } from "vitest";
import { outputs } from "../src/outputs.ts";
import { type SchemaFile, titledSchemas } from "../src/schema.ts";
import { declarations } from "../src/shape.ts";

const root = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");

function file(name: string, schema: Record<string, unknown>): SchemaFile {
  const id = `https://schemas.myspinbot.dev/${name}.schema.json`;
  return { path: `${name}.schema.json`, id, schema: { $id: id, ...schema } };
}

const object = (title: string, properties: object, more: object = {}) => ({
  title,
  type: "object",
  properties,
  additionalProperties: false,
  ...more,
});

describe("the generator", () => {
  it("gives the same bytes every time, without a path of this machine", async () => {
    const [once, twice] = [await outputs(root), await outputs(root)];
    expect([...once]).toEqual([...twice]);
    for (const [path, text] of once) {
      expect(text, path).not.toContain(root);
      expect(text, path).not.toContain("node_modules");
    }
  });

  it("puts includes in place once and knows the digest of each script", () => {
    for (const { source, sha1 } of Object.values(SCRIPTS)) {
      expect(source).toMatch(/^#!lua/);
      expect(source).not.toMatch(/^\s*--/m);
      expect(createHash("sha1").update(source).digest("hex")).toBe(sha1);
      const functions = [...source.matchAll(/^local function (\w+)/gm)].map(([, name]) => name);
      expect(new Set(functions).size).toBe(functions.length);
    }
  });
});

describe("the schema profile", () => {
  it("wants every title once", () => {
    expect(() => titledSchemas([file("a", object("Same", {})), file("b", object("Same", {}))])).toThrow(
      /b\.schema\.json: the title Same is taken/,
    );
  });

  it("wants objects to refuse what they do not know", () => {
    const open = file("a", { title: "Open", type: "object", properties: {} });
    expect(() => declarations(titledSchemas([open]))).toThrow(/Open must refuse additional properties/);
  });

  it("wants a maximum for integers, because 1e300 is one", () => {
    const endless = file("a", object("Endless", { n: { type: "integer", minimum: 0 } }));
    expect(() => declarations(titledSchemas([endless]))).toThrow(/needs a maximum/);
  });

  it("wants references to lead to a title", () => {
    const lost = file("a", object("Lost", { other: { $ref: "b.schema.json" } }));
    expect(() => declarations(titledSchemas([lost]))).toThrow(/b\.schema\.json points to nothing/);
  });
});
