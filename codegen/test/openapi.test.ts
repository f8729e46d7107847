import { OPENAPI } from "@myspinbot/contracts/openapi.ts";
import { ROUTES } from "@myspinbot/contracts/routes.ts";
import { Validator } from "@seriousme/openapi-schema-validator";
import { describe, expect, it } from "vitest";

describe("the OpenAPI document", () => {
  it("is valid OpenAPI 3.1", async () => {
    const validator = new Validator();
    const { valid, errors } = await validator.validate(structuredClone(OPENAPI));
    expect(errors).toBeUndefined();
    expect(valid).toBe(true);
    expect(validator.version).toBe("3.1");
  });

  it("refers to nothing that is missing", () => {
    const { schemas } = OPENAPI.components as { schemas: object };
    const refs = [...JSON.stringify(OPENAPI).matchAll(/"\$ref":"([^"]+)"/g)].map(([, ref]) => ref ?? "");
    expect(refs.length).toBeGreaterThan(50);
    for (const ref of refs) expect(Object.keys(schemas)).toContain(ref.replace("#/components/schemas/", ""));
  });

  it("describes each route with all parameters of its path", () => {
    const paths = OPENAPI.paths as Record<
      string,
      Record<string, { parameters?: { name: string; in: string }[] }>
    >;
    for (const { method, path } of Object.values(ROUTES)) {
      const described = (paths[path]?.[method.toLowerCase()]?.parameters ?? [])
        .filter((each) => each.in === "path")
        .map(({ name }) => name);
      expect(described).toEqual([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name));
    }
  });

  it("gives every body a schema", () => {
    const contents = [...JSON.stringify(OPENAPI.paths).matchAll(/"content":(\{.*?\}\})/g)].map(
      ([, text]) => text,
    );
    expect(contents.length).toBeGreaterThan(50);
    for (const text of contents) expect(text).not.toMatch(/"[a-z*]+\/[a-z*.+-]+":\{\}/);
  });

  it("holds nothing that generators and validators of other languages stumble over", () => {
    const schemas: Record<string, unknown>[] = [];
    const walk = (value: unknown): void => {
      if (typeof value !== "object" || value === null) return;
      if ("type" in value || "anyOf" in value || "oneOf" in value) schemas.push(value);
      Object.values(value).forEach(walk);
    };
    walk(OPENAPI.components);
    expect(schemas.length).toBeGreaterThan(100);
    for (const schema of schemas) {
      if (schema.type === "object")
        expect("properties" in schema || "additionalProperties" in schema, JSON.stringify(schema)).toBe(true);
      expect(schema.pattern ?? "").not.toContain("\\p{");
      expect(typeof schema.const).not.toBe("boolean");
      for (const branch of (schema.anyOf ?? schema.oneOf ?? []) as object[])
        expect(Object.keys(branch)).not.toEqual(["required"]);
    }
    expect(Object.keys((OPENAPI.components as { schemas: object }).schemas)).not.toContain("File");
  });

  it("says what every route may answer besides its own", () => {
    for (const [path, item] of Object.entries(
      OPENAPI.paths as Record<string, Record<string, { responses: object }>>,
    ))
      for (const { responses } of Object.values(item))
        expect(Object.keys(responses), path).toEqual(expect.arrayContaining(["403", "500"]));
  });

  it("asks for a key everywhere in the API, and beside it of those only who ask from elsewhere", () => {
    const paths = OPENAPI.paths as Record<string, Record<string, { security?: object[] }>>;
    for (const [path, item] of Object.entries(paths))
      for (const { security } of Object.values(item)) {
        if (path.startsWith("/v1/")) expect(security, path).toContainEqual({ key: [expect.any(String)] });
        expect(security?.some((way) => Object.keys(way).length === 0) ?? false, path).toBe(
          path === "/metrics",
        );
      }
  });

  it("shows examples of every body of JSON, and says what a header may be", () => {
    interface Operation {
      parameters?: { name: string; schema: { pattern?: string } }[];
      requestBody?: { content: Record<string, { examples?: object }> };
    }
    const paths = OPENAPI.paths as Record<string, Record<string, Operation>>;
    const bodies = Object.values(paths)
      .flatMap((item) => Object.values(item))
      .flatMap(({ requestBody }) => requestBody?.content["application/json"] ?? []);
    expect(bodies.length).toBeGreaterThan(4);
    for (const { examples } of bodies) expect(Object.keys(examples ?? {})).not.toEqual([]);
    const key = paths["/v1/runs"]!.post!.parameters!.find(({ name }) => name === "Idempotency-Key");
    expect(key!.schema.pattern).toBe("^[!-~]{1,255}$");
  });
});
