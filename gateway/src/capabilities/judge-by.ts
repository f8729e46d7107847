/** Judges a request by who is here: by what is known, and refuses by nothing but what was asked for because of it. */
import type { Executor } from "@myspinbot/contracts/types.ts";
import { AppError } from "../errors/app-error.ts";
import type { Registry } from "./registry.ts";

/**
 * Somebody may have come since the rows were read that are known.
 * @param judge throws an AppError for what nobody can do
 */
export function judgeBy<Judged>(
  registry: Registry,
  judge: (executors: readonly Executor[]) => Judged,
): Judged | Promise<Judged> {
  const known = registry.known();
  if (known) {
    try {
      return judge(known);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
    }
  }
  return registry.anew().then(judge);
}
