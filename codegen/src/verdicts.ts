/** What the two languages say about a value: fits its schema or not. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import * as validators from "@myspinbot/contracts/validators.js";
import { EXPORTED, type ValidatorTables } from "./validators.ts";

export interface Case {
  title: string;
  value: unknown;
}

/** `accepted`, `refused`, or a sentence about what a model did with a value that the gate accepts. */
export type Verdict = string;

/** Title -> the bundled AJV validator. */
export function validatorsByTitle(tables: ValidatorTables): Map<string, validators.Validator> {
  const exported = validators as unknown as Record<string, validators.Validator>;
  const named = validators.namedTypeValidators as Record<string, validators.Validator>;
  const pairs: [string, validators.Validator | undefined][] = [
    ...EXPORTED.map((title): [string, validators.Validator | undefined] => [
      title,
      exported[`validate${title}`],
    ]),
    ...tables.nodeTypes.flatMap(({ type, titles }) =>
      (["params", "inputs", "outputs"] as const).map((port): [string, validators.Validator | undefined] => [
        titles[port],
        validators.nodeTypeValidators[type]?.[port],
      ]),
    ),
    ...tables.graphInputs.map(({ path, title }): [string, validators.Validator | undefined] => [
      title,
      validators.graphInputValidators[path],
    ]),
    ...tables.namedTypes.map((title): [string, validators.Validator | undefined] => [title, named[title]]),
  ];
  return new Map(
    pairs.map(([title, validator]) => {
      if (!validator) throw new Error(`validators.js has none for ${title}: run npm run generate`);
      return [title, validator];
    }),
  );
}

export function ajvVerdicts(tables: ValidatorTables, cases: Case[]): Verdict[] {
  const byTitle = validatorsByTitle(tables);
  return cases.map(({ title, value }) => (byTitle.get(title)?.(value) ? "accepted" : "refused"));
}

/** The gate's verdicts, from the project's Python. @throws Error when it cannot be run. */
export function gateVerdicts(root: string, cases: Case[]): Verdict[] {
  const python = join(root, ".data", "venv", "bin", "python");
  const { status, stdout, stderr, error } = spawnSync(
    python,
    [join(root, "gpu-node", "tests", "contracts", "verdicts.py")],
    {
      input: cases.map((each) => `${JSON.stringify(each)}\n`).join(""),
      env: { ...process.env, PYTHONPATH: join(root, "gpu-node", "src") },
      encoding: "utf8",
      maxBuffer: 1 << 28,
    },
  );
  if (error) throw error;
  if (status !== 0) throw new Error(`the Python gate failed:\n${stderr}`);
  return stdout.trimEnd().split("\n");
}
