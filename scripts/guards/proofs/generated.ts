/** Proves that stale generated code is found, and scripts of Redis whose heads and bodies contradict each other. */
import type { HouseCopy } from "../house-copy.ts";
import { named, type Proof, type Prover } from "../proof.ts";

const TS = "codegen/generated/ts";
const PY = "gpu-node/src/gpu_node/contracts";
const GENERATED = [
  ..."config graphs keys node-types openapi problem-types routes scripts steps types wire"
    .split(" ")
    .map((n) => `${TS}/${n}.ts`),
  ...["validators.js", "validators.d.ts"].map((name) => `${TS}/${name}`),
  ..."__init__ config keys models node_types problem_types schema_index scripts steps wire"
    .split(" ")
    .map((name) => `${PY}/${name}.py`),
  ...["run", "graph", "nodes/align_speech"].map((name) => `${PY}/schemas/${name}.schema.json`),
  ".env.example",
];
const BOARD = "infra/grafana/dashboards/msb-runs.json";
const LEFT_OVER = [`${TS}/seeded.ts`, `${PY}/seeded.py`];

const HEAD = "-- Does a thing.\n-- KEYS 1 run\n-- ARGV 1 run\n-- Answer 0\n";
const BODY = "redis.call('SADD', KEYS[1], ARGV[1])";

/** What the generator says of a script -> the script. */
const SCRIPTS: Readonly<Record<string, string>> = {
  "reads ARGV[2], which its head does not name": `${HEAD}${BODY}\nreturn ARGV[2]`,
  "reads KEYS[2], which its head does not name": `${HEAD}${BODY}\nreturn KEYS[2]`,
  "reads ARGV[i], which its head does not name": `${HEAD}${BODY}\nlocal i = 1\nreturn ARGV[i]`,
  "reads KEYS[...], which its head does not name": `${HEAD}${BODY}\nlocal k = KEYS\nreturn k[2]`,
  "does not read ARGV[1], which its head names": `${HEAD}return redis.call('GET', KEYS[1])`,
  "its head has no KEYS": `-- Does a thing.\nreturn 0`,
  "which wire.json does not know": `${HEAD.replace("KEYS 1 run", "KEYS 1 runn")}${BODY}`,
};
const pathOf = (i: number): string => `schemas/redis/seeded_head_${i}.lua`;

export const generated: Prover = {
  steps: ["generated code is current", "dashboards are current"],
  plant(copy) {
    for (const path of GENERATED) copy.append(path, "\n");
    for (const path of LEFT_OVER) copy.write(path, "\n");
    copy.append(BOARD, "\n");
  },
  async judge(copy) {
    const check = () => copy.node("codegen/src/main.ts", "--check");
    return [
      ...(await named("dashboards --check", copy.node("scripts/dashboards/write.ts", "--check"), [BOARD])),
      ...(await named("codegen --check", check(), [...GENERATED, ...LEFT_OVER])),
      // Only now: with a wrong script nothing else is looked at.
      ...(await heads(copy, check)),
    ];
  },
};

async function heads(copy: HouseCopy, check: () => ReturnType<HouseCopy["node"]>): Promise<Proof[]> {
  const mistakes = Object.entries(SCRIPTS);
  mistakes.forEach(([, text], i) => copy.write(pathOf(i), `#!lua\n${text}\n`));
  const { status, said } = await check();
  const lines = said.split("\n");
  return mistakes.map(([what], i) => ({
    guard: "codegen: heads of scripts",
    mistake: `${pathOf(i)}: ${what}`,
    red: status !== 0 && lines.some((line) => line.includes(pathOf(i)) && line.includes(what)),
  }));
}
