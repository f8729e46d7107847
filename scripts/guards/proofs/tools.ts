/** Proves the guards that are one tool each: formats, types, dead code, docs, hosts. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { HouseCopy } from "../house-copy.ts";
import { named, type Prover } from "../proof.ts";

/** Folders of names that are skipped elsewhere are formatted like all others. */
const UNFORMATTED = ["graphs", "runs/graphs", "runs/schemas", "runs/contracts"]
  .map((folder) => `gateway/src/${folder}/seeded-format.ts`)
  .concat(
    ["bench", "client/src", "codegen/src", "docs", "e2e", "scripts"].map(
      (folder) => `${folder}/seeded-format.mjs`,
    ),
  );
/** What needs a plugin or is no code: a file of each kind, and what is wrong in it. */
const OTHER_UNFORMATTED: Readonly<Record<string, string>> = {
  "ui/src/lib/seeded-format.svelte": '<p   class="a">a</p>\n',
  "ui/src/seeded-format.css": "a{color:red}\n",
  "infra/seeded-format.yml": "a:   [1,2]\n",
  "infra/seeded-format.json": '{"a":   1}\n',
  "ui/src/seeded-format.html": '<p   class="a">a</p>\n',
};
const PY_UNFORMATTED = [
  "gpu-node/src/gpu_node/engines",
  "gpu-node/scripts",
  "gpu-node/tests",
  "bench/python",
  "e2e",
  "infra/images",
  "scripts",
].map((folder) => `${folder}/seeded_format.py`);

export const formats: Prover = {
  steps: ["format (prettier)", "format (ruff)"],
  plant(copy) {
    for (const path of UNFORMATTED) copy.write(path, "export const a   =  1\n");
    for (const [path, text] of Object.entries(OTHER_UNFORMATTED)) copy.write(path, text);
    for (const path of PY_UNFORMATTED) copy.write(path, "a   =  1\n");
  },
  async judge(copy) {
    const bare = readFileSync(join(copy.root, ".prettierignore"), "utf8")
      .split("\n")
      .filter((row) => row !== "" && !/^(#|\/|\*\*\/)/.test(row));
    const unformatted = [...UNFORMATTED, ...Object.keys(OTHER_UNFORMATTED)];
    return [
      ...(await named("prettier", copy.tool("prettier", ["--list-different", ...unformatted]), unformatted)),
      { guard: "prettier: rows are anchored", mistake: bare.join(" "), red: bare.length === 0 },
      ...(await named("ruff format", copy.tool("venv/ruff", ["format", "--check", "."]), PY_UNFORMATTED)),
    ];
  },
};

const MISTYPED: Readonly<Record<string, string>> = {
  "misspelt-event":
    'import { addEvent, type Draft } from "../../driver/draft.ts";\nexport const a = (d: Draft): void => addEvent(d, "node.skiped", "n");',
  "misspelt-status":
    'import type { Draft } from "../../driver/draft.ts";\nexport const a = (d: Draft): void => void (d.status = "suceeded");',
  unchecked: "export const a = (x: number[]): number => x[0];",
  "not-erasable": "export enum A {\n  B,\n}",
};

export const types: Prover = {
  steps: ["types (tsc)", "types (pyright)"],
  plant(copy) {
    const place = "gateway/src/runs/seeded-types";
    for (const [name, text] of Object.entries(MISTYPED)) copy.write(`${place}/${name}.ts`, `${text}\n`);
    const seeded = { extends: "./tsconfig.json", include: [`${place}/*.ts`] };
    copy.write("tsconfig.seeded.json", JSON.stringify(seeded));
    copy.write("gpu-node/src/gpu_node/seeded_types/a.py", "def a(x: int) -> str:\n    return x\n");
    const settings = readFileSync(join(copy.root, "gpu-node/pyproject.toml"), "utf8");
    const only = settings.replace(/^include = .*$/m, 'include = ["src/gpu_node/seeded_types"]');
    copy.write(
      "gpu-node/seeded/pyproject.toml",
      only.replaceAll('"src/', '"../src/').replace('"../.data"', '"../../.data"'),
    );
  },
  async judge(copy) {
    const tsc = copy.tool("tsc", ["--noEmit", "--project", "tsconfig.seeded.json"]);
    return [
      ...(await named(
        "tsc",
        tsc,
        Object.keys(MISTYPED).map((name) => `${name}.ts`),
      )),
      ...(await named("pyright", copy.tool("pyright", ["--project", "gpu-node/seeded"]), [
        "reportReturnType",
      ])),
    ];
  },
};

const DEAD_PY = ["seeded_function", "SeededClass", "SEEDED_VALUE", "seeded_import"];
const SEEDED_DEAD_PY = `import json as seeded_import

SEEDED_VALUE = 1


def seeded_function():
    pass


class SeededClass:
    pass
`;

const DEPENDENCY = "seeded-dependency";

/** Adds a package that nobody uses and no notice names. */
function addDependency(copy: HouseCopy): void {
  const path = "gateway/package.json";
  const about = JSON.parse(readFileSync(join(copy.root, path), "utf8")) as { dependencies: object };
  copy.write(
    path,
    JSON.stringify({ ...about, dependencies: { ...about.dependencies, [DEPENDENCY]: "1.0.0" } }),
  );
}

export const deadCode: Prover = {
  steps: ["dead code (knip)", "dead code (vulture)", "docs (links, test names, notices)"],
  plant(copy) {
    addDependency(copy);
    copy.write("gateway/src/runs/seeded-dead.ts", "export {};\n");
    const settings = readFileSync(join(copy.root, "knip.json"), "utf8");
    copy.write("knip.json", settings.replace('"ignoreBinaries": [', '"ignoreBinaries": ["seeded-binary", '));
    copy.append("gateway/src/clock.ts", "export const seededExport = 1;\n");
    copy.write("gpu-node/src/gpu_node/seeded_dead/a.py", SEEDED_DEAD_PY);
    const lines = [
      "[a](nowhere.md)",
      "[b](protocol.md#no-such-heading)",
      '[c](check-docs.mjs): "no such test"',
    ];
    copy.write("docs/seeded.md", `${lines.join("\n\n")}\n`);
  },
  async judge(copy) {
    const dead = ["seeded-dead.ts", "seededExport", DEPENDENCY, "seeded-binary"];
    const docs = [
      "nowhere.md does not exist",
      "names no heading",
      'has no test "no such test"',
      `${DEPENDENCY} is missing`,
    ];
    return [
      ...(await named("knip", copy.tool("knip", ["--treat-config-hints-as-errors"]), dead)),
      ...(await named("vulture", copy.tool("venv/vulture", [], "gpu-node"), DEAD_PY)),
      ...(await named("check-docs", copy.node("docs/check-docs.mjs"), docs)),
    ];
  },
};

/** Written in pieces, because guard.ts searches this file, too. */
const HOSTS = [
  ["registry", "npmjs"],
  ["registry", "yarnpkg"],
  ["pypi", "org"],
  ["files", "pythonhosted"],
  ["proxy", "golang"],
]
  .map((parts) => parts.join("."))
  .concat(["root", "Users", "home"].map((name) => ["", name, ""].join("/")));

export const hosts: Prover = {
  steps: ["no hosts, no machine paths"],
  plant(copy) {
    copy.write("docs/seeded-hosts.txt", `${HOSTS.join("\n")}\n`);
    copy.write("gpu-node/seeded.lock", ["--index", "url https://example.org\n"].join("-"));
  },
  judge: (copy) =>
    named("guard.ts: hosts", copy.guard(), [
      ...HOSTS.map((name) => `docs/seeded-hosts.txt names ${name}`),
      "gpu-node/seeded.lock holds a URL",
    ]),
};

/** Rules of hadolint that must stay on: a tag that moves, a shell's habit, a folder that depends on where one is. */
const BAD_IMAGE = "FROM debian:latest\nWORKDIR app\nRUN cd /tmp && ls\n";

export const images: Prover = {
  steps: ["images (hadolint)"],
  plant(copy) {
    copy.write("infra/images/seeded.Dockerfile", BAD_IMAGE);
  },
  judge: (copy) =>
    named("hadolint", copy.tool("venv/hadolint", ["infra/images/seeded.Dockerfile"]), [
      "DL3007",
      "DL3000",
      "DL3003",
    ]),
};
