/** Proves import-linter's contracts: a package of empty modules with the same names, and one wrong import for each pair. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../services/binaries.ts";
import type { HouseCopy } from "../house-copy.ts";
import type { Proof, Prover } from "../proof.ts";

const SETTINGS = readFileSync(join(ROOT, "gpu-node/pyproject.toml"), "utf8");
const PLACE = "seeded/layers";

/** Modules that may not import those of a later row, nor their neighbors in their own. */
const LAYERS: string[][] = [...(/^layers = \[\n(.*?)^\]/ms.exec(SETTINGS)?.[1] ?? "").matchAll(/"([^"]+)"/g)]
  .map(([, layer]) => layer!.split(" | "))
  .reverse();

/** What the other contracts forbid: a module, what it must not import, and the contract's name. */
const OTHERS: [module: string, imported: string, contract: string][] = [
  ...["handlers", "engines"].flatMap((module) =>
    ["gpu_node.redis", "gpu_node.artifacts", "redis", "minio", "langgraph", "fastapi"].map(
      (imported): [string, string, string] => [
        module,
        imported,
        "Handlers and engines know nothing of Redis, leases and object stores",
      ],
    ),
  ),
  ["service", "redis", "Only redis/ speaks Redis"],
  ["service", "minio", "Only artifacts.py speaks S3"],
];

function higher(layer: number, module: string): string[] {
  return [...LAYERS[layer]!.filter((other) => other !== module), ...LAYERS.slice(layer + 1).flat()];
}

const pairs = LAYERS.flatMap((modules, layer) =>
  modules.flatMap((module) => higher(layer, module).map((other): [string, string] => [module, other])),
);

/** One run sees one set of wrong imports, so that chains of them do not hide each other. */
async function lint(
  copy: HouseCopy,
  name: string,
  imports: readonly [string, string][],
  extra: string[] = [],
) {
  const place = `${PLACE}/${name}`;
  const texts = new Map([...LAYERS.flat(), ...extra].map((module) => [module, ""]));
  for (const [module, imported] of imports) texts.set(module, `${texts.get(module)}import ${imported}\n`);
  copy.write(`${place}/gpu_node/__init__.py`, "");
  for (const [module, text] of texts) copy.write(`${place}/gpu_node/${module}.py`, text);
  copy.write(`${place}/pyproject.toml`, SETTINGS);
  return (await copy.tool("venv/lint-imports", ["--no-cache"], place)).said;
}

export const layers: Prover = {
  steps: ["arrows (import-linter)"],
  plant() {},
  async judge(copy) {
    const arrows = await lint(
      copy,
      "arrows",
      pairs.map(([module, other]) => [module, `gpu_node.${other}`]),
    );
    const others = await lint(
      copy,
      "others",
      OTHERS.map(([module, imported]) => [module, imported]),
    );
    const surplus = await lint(copy, "surplus", [], ["seeded_module"]);
    const contracts = [...SETTINGS.matchAll(/^name = "([A-Z][^"]+)"/gm)].map(([, name]) => name!);
    const broken = (said: string, name: string): boolean => said.includes(`${name} BROKEN`);
    const proofs: Proof[] = [
      ...pairs.map(([module, other]) => ({
        guard: `import-linter: ${module}`,
        mistake: `${module} imports ${other}`,
        red: new RegExp(`gpu_node\\.${module} is not allowed to import gpu_node\\.${other}:`).test(arrows),
      })),
      ...OTHERS.map(([module, imported, contract]) => ({
        guard: `import-linter: ${contract}`,
        mistake: `${module} imports ${imported}`,
        red: broken(others, contract) && others.includes(`gpu_node.${module} -> ${imported} `),
      })),
      {
        guard: "import-linter: exhaustive",
        mistake: "a module without a layer",
        red: surplus.includes("seeded_module"),
      },
    ];
    const forgotten = contracts.filter((name) => !broken(arrows + others, name));
    return [
      ...proofs,
      ...forgotten.map((name) => ({ guard: `import-linter: ${name}`, mistake: "any", red: false })),
    ];
  },
};
