import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { compareLanguages } from "../src/check-examples.ts";
import { readExamples } from "../src/examples.ts";
import { readSource } from "../src/source.ts";
import { validatedTitles, validatorTables } from "../src/validators.ts";
import { validatorsByTitle } from "../src/verdicts.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const source = readSource(root);
const titles = validatedTitles(source);
const examples = readExamples(root, titles);

describe("examples", () => {
  it.each(titles)("exist for %s, valid and several invalid", (title) => {
    const own = examples.filter((example) => example.title === title);
    expect(own.filter(({ valid }) => valid).length).toBeGreaterThanOrEqual(1);
    expect(own.filter(({ valid }) => !valid).length).toBeGreaterThanOrEqual(2);
  });

  const validators = validatorsByTitle(validatorTables(source));
  it.each(examples)("$path is judged as its folder says", ({ title, valid, value }) => {
    const validate = validators.get(title);
    expect(validate?.(value), JSON.stringify(validate?.errors)).toBe(valid);
    if (!valid)
      expect(validate?.errors?.[0]).toMatchObject({
        instancePath: expect.any(String),
        keyword: expect.any(String),
      });
  });

  it(
    "are judged alike by AJV, by the Python gate and by the models, also with any one place changed",
    { timeout: 60_000 },
    () => {
      const { differences, mutations } = compareLanguages(root);
      expect(differences).toEqual([]);
      expect(mutations).toBeGreaterThan(10_000);
    },
  );
});
