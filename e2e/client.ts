/** Clients of these tests: of one gateway, and of several of which whichever answers is asked. */
import { createClient, type Client } from "@myspinbot/client/client.ts";
import type { Content } from "@myspinbot/client/caller.ts";
import { ApiError } from "@myspinbot/client/errors.ts";
import { type Runtime, systemRuntime } from "@myspinbot/client/runtime.ts";
import type { Event, Problem } from "@myspinbot/contracts/types.ts";

export function clientAt(base: string): Client {
  return createClient({ base, runtime: systemRuntime });
}

/** Killed at the moment is one gateway only, so each request goes to the next one. */
export function clientOver(bases: readonly string[]): Client {
  let turn = 0;
  const runtime: Runtime = {
    ...systemRuntime,
    fetch(path, init) {
      turn += 1;
      return systemRuntime.fetch(`${bases[turn % bases.length]}${path}`, init);
    },
  };
  const patience = { patienceMs: 30_000, firstMs: 50, mostMs: 200 };
  return createClient({ base: "", runtime, timeoutMs: 5_000, patience, streamPatience: patience });
}

/** Brings a file for a run to name. */
export async function uploaded(
  client: Client,
  content: Content,
  name?: string,
): Promise<{ file_id: string }> {
  const { file_id } = await client.files.upload(content, name === undefined ? {} : { name });
  return { file_id };
}

/** A run's log as it is: following would hide repetitions. */
export async function logOf(client: Client, run: string): Promise<Event[]> {
  const events: Event[] = [];
  for await (const event of client.runs.history(run)) events.push(event);
  return events;
}

/** The problem that a request is refused with. @throws Error when it is not */
export async function refusalOf(request: Promise<unknown>): Promise<Problem> {
  try {
    await request;
  } catch (error) {
    if (error instanceof ApiError) return error.problem;
    throw error;
  }
  throw new Error("it was not refused");
}
