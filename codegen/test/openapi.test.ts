import { OPENAPI, ROUTES } from "@myspinbot/contracts/openapi.ts";
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

  it("describes each route once, with all parameters of its path", () => {
    const operations = ROUTES.map(({ operation }) => operation);
    expect(new Set(operations).size).toBe(operations.length);
    const paths = OPENAPI.paths as Record<
      string,
      Record<string, { parameters?: { name: string; in: string }[] }>
    >;
    for (const { method, path } of ROUTES) {
      const described = (paths[path]?.[method.toLowerCase()]?.parameters ?? [])
        .filter((each) => each.in === "path")
        .map(({ name }) => name);
      expect(described).toEqual([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name));
    }
  });
});
