/** A question to a box, asked as a short run of its own: the same question is the same run, so it is asked once. */
import type { Graph, Run, RunCreate } from "@myspinbot/contracts/types.ts";
import { client } from "#lib/api/client.ts";
import { ASIDE } from "./asides.ts";
import { newKey } from "./draft.ts";

export interface Question extends Pick<RunCreate, "deadlines" | "priority"> {
  /** Its name is a tag of such runs. */
  graph: Graph;
  input: Record<string, unknown>;
  /** Tells it from others of the same graph. */
  about: string;
}

/** Where the first answer was none. */
const keys = new Map<string, string>();

/** Nobody waits for an answer after the signal: the box is told so. @throws ApiError and the like */
export async function askBox({ about, ...asked }: Question, signal: AbortSignal): Promise<Run> {
  const { name } = asked.graph;
  const question = `${ASIDE}-${name}-${about}`;
  const idempotencyKey = keys.get(question) ?? question;
  const { run_id } = await client.runs.submit({ ...asked, tags: [ASIDE, name] }, { idempotencyKey, signal });
  try {
    const run = await client.runs.watch(run_id, { signal });
    if (!isAnswer(run)) keys.set(question, newKey());
    return run;
  } catch (error) {
    if (signal.aborted) {
      keys.set(question, newKey());
      void client.runs.cancel(run_id).catch(() => undefined);
    }
    throw error;
  }
}

/** What would be said again; after anything else it is worth asking anew. */
function isAnswer({ status, error }: Run): boolean {
  return status === "succeeded" || (status === "failed" && error?.class === "permanent");
}
