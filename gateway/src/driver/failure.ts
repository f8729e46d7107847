/** Says of a run that failed why. */
import type { Problem } from "@myspinbot/contracts/types.ts";
import { toProblem } from "../errors/problem.ts";
import type { RunEnd } from "../run-engine/readiness.ts";

export function failureOf(end: RunEnd & { status: "failed" }): Problem {
  if ("missing" in end) return toProblem("output-missing", `The output ${end.missing} was not produced.`);
  if ("group" in end)
    return toProblem("group-failed", `The group ${end.group}: ${end.detail}.`, { instance: end.group });
  return { ...end.problem, instance: end.node };
}
