/** Proves every rule of dependency-cruiser: one file per forbidden import, in one run. */
import { GATEWAY_ARROWS, HOUSE_ARROWS, TEST_ARROWS, disagreements } from "../arrows.mjs";
import type { HouseCopy } from "../house-copy.ts";
import type { Proof, Prover } from "../proof.ts";

interface Seed {
  rule: string;
  from: string;
  /** What the file imports, as written. */
  specifier: string;
  /** The line that imports it; by default for its effects alone. */
  line?: string;
}

type Table = Readonly<Record<string, readonly string[]>>;
const gateway: Table = GATEWAY_ARROWS;
const house: Table = HOUSE_ARROWS;
const tests: Table = TEST_ARROWS;

/** Of a folder that holds no code, others would import data. */
const DATA = "gpu-node";
const landing = (place: string): string => `${place}/seeded/landing.${place === DATA ? "json" : "ts"}`;

function refused(table: Table, part: string): string[] {
  return Object.keys(table).filter((other) => other !== part && !table[part]!.includes(other));
}

/** Folders within another's row are allowed with it. */
const within = (folder: string, allowed: readonly string[]): boolean =>
  allowed.some((other) => folder.startsWith(`${other}/`));

const gatewaySeeds: Seed[] = Object.keys(gateway).flatMap((part) =>
  refused(gateway, part).map((target) => ({
    rule: `gateway-${part}`,
    from: `gateway/src/${part}/seeded/to-${target}.ts`,
    specifier: `../../${target}/seeded/landing.ts`,
  })),
);

const houseSeeds: Seed[] = Object.keys(house).flatMap((folder) =>
  [...refused(house, folder), DATA]
    .filter((target) => !within(target, [folder, ...(house[folder] ?? [])]))
    .flatMap((target) =>
      ["", ".test"]
        .filter((test) => test === "" || !tests[folder]?.includes(target))
        .map((test) => ({
          rule: `${test ? "tests" : "house"}-${folder.replace("/", "-")}`,
          from: `${folder}/seeded/to-${target.replace("/", "-")}${test}.ts`,
          specifier: `${"../".repeat(folder.split("/").length + 1)}${landing(target)}`,
        })),
    ),
);

const single: Seed[] = [
  { rule: "no-cycles", from: "gateway/src/runs/seeded/one.ts", specifier: "./two.ts" },
  { rule: "no-unresolved", from: "gateway/src/runs/seeded/nowhere.ts", specifier: "./not-there.ts" },
  { rule: "no-barrels", from: "gateway/src/runs/seeded/barrel.ts", specifier: "./index.ts" },
  { rule: "ioredis-behind-redis", from: "gateway/src/runs/seeded/redis.ts", specifier: "ioredis" },
  { rule: "node-builtins-at-the-entry", from: "gateway/src/runs/seeded/core.ts", specifier: "node:fs" },
  { rule: "node-builtins-at-the-entry", from: "gateway/src/entry/seeded/core.ts", specifier: "node:fs" },
  {
    rule: "node-entry-by-itself",
    from: "gateway/src/entry/seeded/nodejs.ts",
    specifier: "../nodejs/seeded/landing.ts",
  },
  {
    rule: "client-without-terminal",
    from: "client/src/seeded/cli.ts",
    specifier: "../../cli/text.ts",
  },
  {
    rule: "edge-entry-by-itself",
    from: "gateway/src/entry/seeded/cloudflare.ts",
    specifier: "../cloudflare/seeded/landing.ts",
  },
  {
    rule: "edge-takes-streams-only",
    from: "gateway/src/entry/cloudflare/seeded/core.ts",
    specifier: "node:fs",
  },
  {
    rule: "node-builtins-at-the-entry",
    from: "gateway/src/entry/cloudflare/seeded/core.ts",
    specifier: "node:fs",
  },
  { rule: "client-runs-everywhere", from: "client/src/seeded/core.ts", specifier: "node:fs" },
  ...["openapi.ts", "validators.js", "scripts.ts"].map((name) => ({
    rule: "client-is-small",
    from: `client/src/seeded/${name.replace(/\..*/, "")}.ts`,
    specifier: `@myspinbot/contracts/${name}`,
  })),
  { rule: "client-is-small", from: "client/src/seeded/package.ts", specifier: "ioredis" },
  { rule: "run-engine-is-pure", from: "gateway/src/run-engine/seeded/hono.ts", specifier: "hono" },
  {
    rule: "house-ui",
    from: "ui/src/seeded/component.svelte",
    specifier: `../../../${landing("gateway")}`,
    line: `<script lang="ts">\n  import "../../../${landing("gateway")}";\n</script>`,
  },
];

/** Every way to import something: of each table one arrow, in one file each. */
const WAYS: Readonly<Record<string, (specifier: string) => string>> = {
  type: (specifier) => `import type { x } from "${specifier}";\nexport type A = typeof x;`,
  inline: (specifier) => `export type A = import("${specifier}").x;`,
  dynamic: (specifier) => `export const a = () => import("${specifier}");`,
  export: (specifier) => `export { x } from "${specifier}";`,
  all: (specifier) => `export * from "${specifier}";`,
  require: (specifier) => `export const a: unknown = require("${specifier}");`,
};
const waySeeds: Seed[] = [gatewaySeeds[0]!, houseSeeds[0]!].flatMap(({ rule, from, specifier }) =>
  Object.entries(WAYS).map(([way, line]) => ({
    ...{ rule, specifier, from: from.replace(/\.ts$/, `-${way}.ts`), line: line(specifier) },
  })),
);

const seeds = [...gatewaySeeds, ...houseSeeds, ...single, ...waySeeds];

interface Answer {
  summary: {
    violations: { from: string; rule: { name: string } }[];
    ruleSetUsed: { forbidden: { name: string }[] };
  };
}

export const arrows: Prover = {
  steps: ["arrows (dependency-cruiser)"],
  plant(copy) {
    for (const part of Object.keys(gateway))
      copy.write(landing(`gateway/src/${part}`), "export const x = 1;\n");
    for (const folder of Object.keys(house)) copy.write(landing(folder), "export const x = 1;\n");
    copy.write(landing(DATA), "{}\n");
    for (const runtime of ["nodejs", "cloudflare"])
      copy.write(landing(`gateway/src/entry/${runtime}`), "export const x = 1;\n");
    copy.write("gateway/src/runs/seeded/index.ts", "export const x = 1;\n");
    copy.write("gateway/src/runs/seeded/two.ts", 'import "./one.ts";\n');
    for (const { from, specifier, line = `import "${specifier}";` } of seeds) copy.write(from, `${line}\n`);
  },
  async judge(copy) {
    const folders = [...new Set(Object.keys(house).map((folder) => folder.split("/")[0]!))];
    const { said } = await copy.tool("depcruise", [...folders, "--output-type", "json"]);
    const { summary } = JSON.parse(said) as Answer;
    const found = new Set(summary.violations.map(({ rule, from }) => `${rule.name} ${from}`));
    const proofs = seeds.map(({ rule, from, specifier, line }) => ({
      guard: `dependency-cruiser: ${rule}`,
      mistake: line ?? `${from} imports ${specifier}`,
      red: found.has(`${rule} ${from}`),
    }));
    const proved = new Set(seeds.map((seed) => seed.rule));
    const forgotten = summary.ruleSetUsed.forbidden.filter(({ name }) => !proved.has(name));
    return [
      ...proofs,
      ...forgotten.map(({ name }) => ({
        guard: `dependency-cruiser: ${name}`,
        mistake: "none is made",
        red: false,
      })),
      ...tableProofs(copy),
    ];
  },
};

/** Table and disk: a folder, a file and a top folder without a row, a row and a target without a folder. */
function tableProofs(copy: HouseCopy): Proof[] {
  copy.write("gateway/src/seeded-folder/x.ts", "export {};\n");
  copy.write("gateway/src/seeded-file.ts", "export {};\n");
  copy.write("seeded-top/src/x.mjs", "export {};\n");
  copy.write("gpu-node/seeded/x.mjs", "export {};\n");
  const tables = { gateway: { ...gateway, "seeded-row": ["seeded-target"] }, house };
  const said = disagreements(copy.root, tables);
  return [
    "src/seeded-folder ",
    "src/seeded-file ",
    "seeded-top/ ",
    "gpu-node/ ",
    "src/seeded-row,",
    "import seeded-target,",
  ].map((part) => ({
    guard: "arrows: tables and folders agree",
    mistake: part,
    red: said.filter((line) => line.includes(part)).length === 1,
  }));
}
