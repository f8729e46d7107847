/** Breaks every guard on purpose, in a copy of the repository, and says how many of them noticed. */
import { HouseCopy } from "./guards/house-copy.ts";
import { arrows } from "./guards/proofs/arrows.ts";
import { generated } from "./guards/proofs/generated.ts";
import { lint } from "./guards/proofs/lint.ts";
import { deadCode, formats, hosts, images, types } from "./guards/proofs/tools.ts";
import { CHECK_STEPS, PROOF } from "./check-steps.ts";
import { layers } from "./guards/proofs/layers.ts";
import { limitRows } from "./guards/proofs/limit-rows.ts";
import { limits } from "./guards/proofs/limits.ts";
import { names } from "./guards/proofs/names.ts";
import { page } from "./guards/proofs/page.ts";
import { twins } from "./guards/proofs/twins.ts";
import { texts } from "./guards/proofs/texts.ts";
import { slowPatterns } from "./guards/proofs/slow-patterns.ts";
import type { Proof, Prover } from "./guards/proof.ts";

const PROVERS: readonly Prover[] = [
  lint,
  types,
  arrows,
  deadCode,
  layers,
  generated,
  formats,
  names,
  hosts,
  images,
  page,
  slowPatterns,
  twins,
  limits,
  limitRows,
  texts,
];
/** Most tools need one core. */
const AT_ONCE = 2;

const copy = new HouseCopy();
process.once("exit", () => copy.remove());
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));
for (const prover of PROVERS) prover.plant(copy);
report([...(await judgeAll()), ...unproved()]);

async function judgeAll(): Promise<Proof[]> {
  const left = [...PROVERS];
  const proofs: Proof[] = [];
  const judge = async (): Promise<void> => {
    for (let prover = left.shift(); prover; prover = left.shift()) proofs.push(...(await prover.judge(copy)));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, judge));
  return proofs;
}

/** A step of the check that no prover breaks. */
function unproved(): Proof[] {
  const proved = new Set([PROOF, ...PROVERS.flatMap(({ steps }) => steps)]);
  return CHECK_STEPS.filter(({ name }) => !proved.has(name)).map(({ name }) => ({
    ...{ guard: name, mistake: "none is made", red: false },
  }));
}

function report(proofs: readonly Proof[]): void {
  const silent = proofs.filter(({ red }) => !red);
  for (const { guard, mistake } of silent) console.error(`${guard}: did not notice: ${mistake}`);
  const guards = new Set(proofs.map(({ guard }) => guard));
  for (const { guard } of silent) guards.delete(guard);
  console.log(`${guards.size} guards proved by ${proofs.length - silent.length} mistakes made on purpose`);
  process.exitCode = silent.length === 0 ? 0 : 1;
}
