/**
 * Validates every example with the bundled AJV validators and with the Python gate, then every valid example with one
 * place changed: both languages must say the same of each. Exit 1 names the differences.
 */
import { fileURLToPath } from "node:url";
import { mutations, readExamples } from "./examples.ts";
import { readSource } from "./source.ts";
import { validatedTitles, validatorTables } from "./validators.ts";
import { type Case, ajvVerdicts, gateVerdicts } from "./verdicts.ts";

export interface Comparison {
  examples: number;
  mutations: number;
  differences: string[];
}

/** @param root folder of the repository. */
export function compareLanguages(root: string): Comparison {
  const source = readSource(root);
  const examples = readExamples(root, validatedTitles(source));
  const mutated: Case[] = examples
    .filter(({ valid }) => valid)
    .flatMap(({ title, value }) => [...mutations(value)].map((each) => ({ title, value: each })));
  const cases: Case[] = [...examples.map(({ title, value }) => ({ title, value })), ...mutated];
  const ajv = ajvVerdicts(validatorTables(source), cases);
  const gate = gateVerdicts(root, cases);
  if (gate.length !== cases.length)
    throw new Error(`${cases.length} cases, but ${gate.length} verdicts of the gate`);
  const differences = cases.flatMap(({ title, value }, index) => {
    const example = examples[index];
    const name = example?.path ?? `${title} ${JSON.stringify(value)}`.slice(0, 400);
    const wanted = example ? (example.valid ? "accepted" : "refused") : ajv[index];
    return ajv[index] === wanted && gate[index] === wanted
      ? []
      : [`${name}: AJV ${ajv[index]}, gate ${gate[index]}`];
  });
  return { examples: examples.length, mutations: mutated.length, differences };
}

if (import.meta.main) {
  const {
    examples,
    mutations: count,
    differences,
  } = compareLanguages(fileURLToPath(new URL("../..", import.meta.url)));
  console.log(`${examples} examples and ${count} mutations of them: ${differences.length} differences.`);
  for (const difference of differences.slice(0, 50)) console.error(`  ${difference}`);
  process.exitCode = differences.length ? 1 : 0;
}
