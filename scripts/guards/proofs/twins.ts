/** Proves the guard that compares the executors: parts without twins, and pairs of which one has lost what both had. */
import { cpSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ROOT } from "../../services/binaries.ts";
import type { HouseCopy } from "../house-copy.ts";
import type { Proof, Prover } from "../proof.ts";
import { twinDifferences } from "../twins.ts";

const GUARD = "guard.ts: twins";
const NODE = "gateway/src/executor";
const PYTHON = "gpu-node/src/gpu_node";

/** Files that no other guard minds much: what lies beside the executors and has no twin. */
const ALONE = [`${NODE}/seeded-part.ts`, `${PYTHON}/executor/seeded_part.py`];

/** A change of one file, and what the guard says of it. */
const CHANGES: readonly (readonly [file: string, from: RegExp, to: string, said: string])[] = [
  [`${NODE}/lease.ts`, /reconnected/g, "poked", "lease.ts has no reconnected"],
  [`${PYTHON}/executor/held_tasks.py`, /class HeldTasks/, "class Holdings", "held_tasks.py has no HeldTasks"],
  [`${PYTHON}/redis/steps.py`, /def discard\(/, "def drop(", "steps.py has no discard"],
  [`${PYTHON}/executor/notes.py`, /notes\.ts/, "", "notes.py does not begin by naming its twin"],
  [`${NODE}/drain.ts`, /drain\.py/, "", "drain.ts does not begin by naming its twin"],
];

/** The two folders with one change, apart from the copy's own, whose other guards want them whole. */
function differences(copy: HouseCopy, [file, from, to]: (typeof CHANGES)[number], index: number): string[] {
  const place = join("seeded/twins", String(index));
  for (const folder of [NODE, `${PYTHON}/executor`, `${PYTHON}/redis`]) {
    mkdirSync(dirname(join(copy.root, place, folder)), { recursive: true });
    cpSync(join(ROOT, folder), join(copy.root, place, folder), { recursive: true });
  }
  copy.write(join(place, file), readFileSync(join(ROOT, file), "utf8").replace(from, to));
  return twinDifferences(join(copy.root, place));
}

export const twins: Prover = {
  steps: ["no hosts, no machine paths"],
  plant(copy) {
    for (const file of ALONE) copy.write(file, "");
  },
  async judge(copy) {
    const { said } = await copy.guard();
    const alone = ALONE.map((file): Proof => {
      const name = file.split("/").at(-1)!;
      return {
        guard: GUARD,
        mistake: `${file} has no twin`,
        red: said.includes(`${name} of an executor has no twin`),
      };
    });
    const changed = CHANGES.map((change, index): Proof => {
      const red = differences(copy, change, index).some((each) => each.includes(change[3]));
      return { guard: GUARD, mistake: change[3], red };
    });
    return [...alone, ...changed];
  },
};
