import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import vm from "node:vm";
import { transformSync } from "esbuild";
import {
  graphInputValidators,
  namedTypeValidators,
  nodeTypeValidators,
  validateMail,
} from "@myspinbot/contracts/validators.js";
import { describe, expect, it } from "vitest";

const path = fileURLToPath(import.meta.resolve("@myspinbot/contracts/validators.js"));
const text = readFileSync(path, "utf8");

describe("the bundled validators", () => {
  it("need no module and make no code at run time", () => {
    expect(text).not.toMatch(/\brequire\b|\bimport\b|\beval\b|new Function|Function\(/);
  });

  it("run where code generation from strings is forbidden", () => {
    const context = vm.createContext(
      { module: { exports: {} } },
      { codeGeneration: { strings: false, wasm: false } },
    );
    expect(() => vm.runInContext('new Function("return 1")', context) as unknown).toThrow(
      /Code generation from strings/,
    );
    vm.runInContext(transformSync(text, { format: "cjs" }).code, context);
    const verdict = (mail: string) =>
      vm.runInContext(`module.exports.validateMail(${mail})`, context) as boolean;
    expect(verdict('{ kind: "submitted" }')).toBe(true);
    expect(verdict('{ kind: "submitted", more: 1 }')).toBe(false);
  });

  it.each(["heart", 7, [], null, true])("say of %j in the place of a voice that it is no object", (voice) => {
    const validate = graphInputValidators["graphs/speak.input.schema.json"]!;
    expect(validate({ text: "Hello.", voice })).toBe(false);
    expect(validate.errors).toEqual(
      expect.arrayContaining([expect.objectContaining({ instancePath: "/voice", keyword: "type" })]),
    );
  });

  it("know nothing by the names of Object.prototype", () => {
    for (const name of ["constructor", "toString", "__proto__"]) {
      expect(nodeTypeValidators[name]).toBeUndefined();
      expect(graphInputValidators[name]).toBeUndefined();
      expect((namedTypeValidators as Record<string, unknown>)[name]).toBeUndefined();
    }
  });

  it("point to the wrong place, inside the member that the tag chose", () => {
    expect(validateMail({ kind: "ending", outcome: "settled", reason: "", began: ["A"], results: [] })).toBe(
      false,
    );
    expect(validateMail.errors).toMatchObject([{ instancePath: "/began/0", keyword: "pattern" }]);
  });

  it("count characters, not UTF-16 units", () => {
    expect(namedTypeValidators.Text("👋".repeat(20_000))).toBe(true);
    expect(namedTypeValidators.Text("👋".repeat(20_001))).toBe(false);
  });
});
