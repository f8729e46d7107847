/** Proves the guard that wants a row of the conformance suite for each limit: a limit without one, and a row that is gone. */
import { cpSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../services/binaries.ts";
import { limitsWithoutRow, UNIT_TESTS } from "../limit-rows.ts";
import type { Proof, Prover } from "../proof.ts";

/** A change of one file, and what the guard says of it. */
const CHANGES: readonly (readonly [file: string, from: string, to: string, said: string])[] = [
  [
    "schemas/wire.json",
    '"note_hold_ms"',
    '"seeded_ms": 1, "note_hold_ms"',
    "seeded_ms of wire.json is held by",
  ],
  ["schemas/wire.json", '"kept_endings"', '"kept_ends"', "limit-rows.ts has a row for kept_endings"],
  [
    "e2e/twins.test.ts",
    "a cancel ends what hangs, too",
    "a cancel ends it",
    "for cancel_grace_ms, and e2e/twins",
  ],
  ["gateway/src/executor/limits.test.ts", "remembers as many", "forgets", "for kept_tasks, and gateway/src"],
  ["gateway/src/executor/limits.test.ts", "engines_ms: 1234", "a: 1", "for engines_ms, and gateway/src"],
  ["gpu-node/tests/unit/test_limits.py", "sure_percent=37", "", "for sure_percent, and gpu-node"],
  ["e2e/twins/task-cases.ts", '"odd logs"', '"other logs"', "for log_characters, and e2e/twins"],
];

export const limitRows: Prover = {
  steps: ["no hosts, no machine paths"],
  plant() {},
  async judge(copy) {
    return CHANGES.map(([file, from, to, said], index): Proof => {
      const place = join(copy.root, "seeded/limit-rows", String(index));
      for (const part of ["schemas/wire.json", "e2e", ...UNIT_TESTS])
        cpSync(join(copy.root, part), join(place, part), { recursive: true });
      copy.write(
        `seeded/limit-rows/${index}/${file}`,
        readFileSync(join(ROOT, file), "utf8").replaceAll(from, to),
      );
      const red = limitsWithoutRow(place).some((each) => each.includes(said));
      return { guard: "guard.ts: rows of limits", mistake: said, red };
    });
  },
};
