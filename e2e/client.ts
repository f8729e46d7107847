/** Clients of these tests: of one gateway, and of several of which whichever answers is asked. */
import { createClient, type Client } from "@myspinbot/client/client.ts";
import type { Content } from "@myspinbot/client/caller.ts";
import { ApiError } from "@myspinbot/client/errors.ts";
import { type Runtime, systemRuntime } from "@myspinbot/client/runtime.ts";
import type { Event, Problem } from "@myspinbot/contracts/types.ts";

/** @param key where nobody is served without one */
export function clientAt(base: string, key?: string): Client {
  return createClient({ base, runtime: systemRuntime, ...bearer(key) });
}

/** Asks once: what is answered then is what a test is about. */
export function impatientAt(base: string, key?: string): Client {
  const patience = { patienceMs: 0, firstMs: 1, mostMs: 1 };
  return createClient({ base, runtime: systemRuntime, patience, ...bearer(key) });
}

const bearer = (key?: string) => (key === undefined ? {} : { authorization: () => `Bearer ${key}` });

/**
 * Each request goes to the next gateway: what one of them answers, another has been told, and one that is killed at the
 * moment is one only. Each over a connection of its own, since who is killed, or tired of waiting, closes those it has.
 */
export function clientOver(bases: readonly string[], key: string): Client {
  let turn = 0;
  const runtime: Runtime = {
    ...systemRuntime,
    fetch(path, init) {
      turn += 1;
      const headers = new Headers(init.headers);
      headers.set("connection", "close");
      return systemRuntime.fetch(`${bases[turn % bases.length]}${path}`, { ...init, headers });
    },
  };
  const patience = { patienceMs: 30_000, firstMs: 50, mostMs: 200 };
  const how = { timeoutMs: 20_000, patience, streamPatience: patience };
  return createClient({ base: "", runtime, ...bearer(key), ...how });
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
