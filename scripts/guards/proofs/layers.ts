/** Proves import-linter's contracts: a package of empty modules with the same names, and one wrong import for each pair. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../services/binaries.ts";
import type { HouseCopy } from "../house-copy.ts";
import type { Proof, Prover } from "../proof.ts";

const SETTINGS = readFileSync(join(ROOT, "gpu-node/pyproject.toml"), "utf8");
const PLACE = "seeded/layers";

/** Per contract of layers: modules that may not import those of a later row, nor their neighbors in their own. */
const LAYERS: string[][][] = [
  ...SETTINGS.matchAll(/^containers = \["([^"]+)"\].*?^layers = \[(.*?)\]$/gms),
].map(([, container, rows]) =>
  [...rows!.matchAll(/"([^"]+)"/g)]
    .map(([, layer]) => layer!.split(" | ").map((module) => `${container}.${module}`))
    .reverse(),
);
const MODULES = [...new Set([...LAYERS.flat(2), "mediakit"])];

/** What the other contracts forbid: a module, what it must not import, and the contract's name. */
const OTHERS: [module: string, imported: string, contract: string][] = [
  ...["gpu_node.handlers", "gpu_node.engines", "mediakit"].flatMap((module) =>
    ["gpu_node.redis", "gpu_node.executor", "redis", "minio", "langgraph", "fastapi"].map(
      (imported): [string, string, string] => [
        module,
        imported,
        "Handlers and engines know nothing of Redis, leases and object stores",
      ],
    ),
  ),
  ["mediakit", "gpu_node.logs", "The media package knows nothing of the gpu-node"],
  ["gpu_node.children", "mediakit.errors", "Only engines and handlers know the media package"],
  ["gpu_node.service", "redis", "Only redis/ speaks Redis"],
  ["gpu_node.service", "minio", "Only executor/artifacts.py speaks S3"],
];

function higher(layers: string[][], layer: number, module: string): string[] {
  return [...layers[layer]!.filter((other) => other !== module), ...layers.slice(layer + 1).flat()];
}

const PAIRS = LAYERS.map((layers) =>
  layers.flatMap((modules, layer) =>
    modules.flatMap((module) =>
      higher(layers, layer, module).map((other): [string, string] => [module, other]),
    ),
  ),
);

/** Other ways to import, with the first arrow that is forbidden to a module of the gpu-node. */
const WAYS: Readonly<Record<string, (imported: string) => string>> = {
  "in a function": (imported) => `def a():\n    import ${imported}\n`,
  "from its package": (imported) => `from ${imported.replace(/\.([^.]+)$/, " import $1")} as a\n`,
  relatively: (imported) => `from . import ${imported.replace(/^.*\./, "")}\n`,
  "under another name": (imported) => `import ${imported} as a\n`,
  "for types alone": (imported) =>
    `from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    import ${imported}\n`,
};
const [UPWARD] = PAIRS[0]!;

/** A module that others lie in is a package. */
function fileOf(module: string): string {
  const holds = MODULES.some((other) => other.startsWith(`${module}.`));
  return `${module.replaceAll(".", "/")}${holds ? "/__init__" : ""}.py`;
}

interface Writing {
  /** Modules besides those that have a layer. */
  extra?: string[];
  write?: (imported: string) => string;
}

/** One run sees one set of wrong imports, so that chains of them do not hide each other. */
async function lint(
  copy: HouseCopy,
  name: string,
  imports: readonly [string, string][],
  { extra = [], write = (imported) => `import ${imported}\n` }: Writing = {},
) {
  const place = `${PLACE}/${name}`;
  const texts = new Map([...MODULES, ...extra].map((module) => [module, ""]));
  for (const [module, imported] of imports) texts.set(module, `${texts.get(module)}${write(imported)}`);
  copy.write(`${place}/gpu_node/__init__.py`, "");
  for (const [module, text] of texts) copy.write(`${place}/${fileOf(module)}`, text);
  copy.write(`${place}/pyproject.toml`, SETTINGS);
  // It breaks its lines for a screen.
  return (await copy.tool("venv/lint-imports", ["--no-cache"], place)).said.replaceAll(/\s+/g, " ");
}

export const layers: Prover = {
  steps: ["arrows (import-linter)"],
  plant() {},
  async judge(copy) {
    const arrows = (await Promise.all(PAIRS.map((pairs, row) => lint(copy, `arrows-${row}`, pairs)))).join(
      "\n",
    );
    const others = await lint(
      copy,
      "others",
      OTHERS.map(([module, imported]) => [module, imported]),
    );
    const unplaced = LAYERS.map((layers) => layers[0]![0]!.replace(/\.[^.]+$/, ".seeded_module"));
    const surplus = await lint(copy, "surplus", [], { extra: unplaced });
    const ways = await Promise.all(
      Object.entries(WAYS).map(async ([way, write]): Promise<Proof> => {
        const said = await lint(copy, `way-${way.replaceAll(" ", "-")}`, [UPWARD!], { write });
        const mistake = `${UPWARD![0]} imports ${UPWARD![1]} ${way}`;
        const red = said.includes(`${UPWARD![0]} is not allowed to import ${UPWARD![1]}:`);
        return { guard: `import-linter: ${UPWARD![0]}`, mistake, red };
      }),
    );
    const contracts = [...SETTINGS.matchAll(/^name = "([A-Z][^"]+)"/gm)].map(([, name]) => name!);
    const broken = (said: string, name: string): boolean => said.includes(`${name} BROKEN`);
    const proofs: Proof[] = [
      ...ways,
      ...PAIRS.flat().map(([module, other]) => ({
        guard: `import-linter: ${module}`,
        mistake: `${module} imports ${other}`,
        red: arrows.includes(`${module} is not allowed to import ${other}:`),
      })),
      ...OTHERS.map(([module, imported, contract]) => ({
        guard: `import-linter: ${contract}`,
        mistake: `${module} imports ${imported}`,
        red: broken(others, contract) && others.includes(`${module} -> ${imported} `),
      })),
      ...unplaced.map((module) => ({
        guard: "import-linter: exhaustive",
        mistake: `${module} without a layer`,
        red: surplus.includes(module),
      })),
    ];
    const forgotten = contracts.filter((name) => !broken(arrows + others, name));
    return [
      ...proofs,
      ...forgotten.map((name) => ({ guard: `import-linter: ${name}`, mistake: "any", red: false })),
    ];
  },
};
