/** Proves the guard that looks for limits of one executor alone. */
import type { Proof, Prover } from "../proof.ts";

const GUARD = "guard.ts: limits";
const SPELLED = "by hand";
const ALONE = "limits one executor alone";

/** A file for each mistake, which stands in its first line; and what is said of it. */
const MISTAKES: Readonly<Record<string, readonly [line: string, said: string]>> = {
  "gateway/src/executor/seeded-alone.ts": ["export const SEEDED_MS = 77;", ALONE],
  "gateway/src/executor/seeded-cut.ts": [
    "export const cut = (text: string): string => text.slice(0, 4000);",
    SPELLED,
  ],
  "gateway/src/entry/nodejs/threads/seeded-grace.ts": ["export const SEEDED_GRACE_MS = 800;", SPELLED],
  "gpu-node/src/gpu_node/executor/seeded_alone.py": ["SEEDED_S = 7.5", ALONE],
  "gpu-node/src/gpu_node/executor/seeded_bytes.py": ["SEEDED_BYTES = 512 * 1024", SPELLED],
  "gpu-node/src/gpu_node/children/seeded_grace.py": ["SEEDED_GRACE_S = 0.8", SPELLED],
  "gpu-node/src/gpu_node/redis/seeded_cut.py": ["cut = lambda text: text[:2000]", SPELLED],
};

export const limits: Prover = {
  steps: ["no hosts, no machine paths"],
  plant(copy) {
    for (const [path, [line]] of Object.entries(MISTAKES)) copy.write(path, `${line}\n`);
  },
  async judge(copy) {
    const { said } = await copy.guard();
    return Object.entries(MISTAKES).map(([path, [line, what]]): Proof => {
      const red = said.split("\n").some((each) => each.startsWith(`${path}:1 `) && each.includes(what));
      return { guard: GUARD, mistake: `${path}: ${line}`, red };
    });
  },
};
