/** What is made of a trial of a file: what was said of it, or that nobody could say. */
import type { Capabilities, Run } from "@myspinbot/contracts/types.ts";

/** What was said of a file; undefined when nothing was, and the run itself will tell. */
export type Verdict = { fits: true } | { fits: false; title: string; detail: string } | undefined;

/** Not about the file. */
const OF_THE_BOX: ReadonlySet<string> = new Set(["engine-unavailable"]);

/** Whether a box is there that may say something. */
export function canTry(type: string, known: Capabilities | undefined): boolean {
  const row = known?.node_types.find((each) => each.type === type);
  return row !== undefined && row.executors_online > 0 && row.engines.some(({ available }) => available);
}

export function verdictOf({ status, error }: Pick<Run, "status" | "error">): Verdict {
  if (status === "succeeded") return { fits: true };
  if (status !== "failed" || error === undefined) return undefined;
  const { title, detail } = error;
  return error.class === "permanent" && !OF_THE_BOX.has(error.code)
    ? { fits: false, title, detail }
    : undefined;
}
