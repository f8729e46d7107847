/** Proves that stale generated code is found, and scripts of Redis whose heads and bodies contradict each other. */
import { readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { ROOT } from "../../services/binaries.ts";
import type { HouseCopy } from "../house-copy.ts";
import { named, type Proof, type Prover } from "../proof.ts";

const TS = "codegen/generated/ts";
const PY = "gpu-node/src/gpu_node/contracts";
const MADE_BY_HAND = new Set([`${TS}/package.json`]);
/** Each file that is generated, as they lie here. */
const GENERATED = [TS, PY]
  .flatMap((folder) => filesIn(folder))
  .filter((path) => !MADE_BY_HAND.has(path))
  .concat(".env.example");
const BOARDS = filesIn("infra/grafana/dashboards");
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
    for (const path of BOARDS) copy.append(path, "\n");
  },
  async judge(copy) {
    const check = () => copy.node("codegen/src/main.ts", "--check");
    return [
      ...(await named("dashboards --check", copy.node("scripts/dashboards/write.ts", "--check"), BOARDS)),
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

/** Those that git knows or would, without what Python leaves there. */
function filesIn(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/__pycache__|node_modules/.test(entry.parentPath))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)));
}
