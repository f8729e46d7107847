/** A client that does what a careful one would: repeats with its idempotency key, asks whichever gateway answers. */
import { setTimeout as delay } from "node:timers/promises";
import type { Event, EventPage, Run } from "@myspinbot/contracts/types.ts";
import type { World } from "./world.ts";

const TERMINAL = new Set(["succeeded", "failed", "canceled", "expired", "timed_out"]);

async function ask(world: World, path: string, init: RequestInit = {}): Promise<Response> {
  const until = Date.now() + 30_000;
  for (let i = 0; ; i += 1) {
    const gateway = world.gateways[i % world.gateways.length];
    try {
      const response = await fetch(`${gateway?.url}${path}`, { ...init, signal: AbortSignal.timeout(5000) });
      if (response.status < 500) return response;
    } catch {
      // Killed at the moment; the other one is there.
    }
    if (Date.now() > until) throw new Error(`nobody answered ${path}`);
    await delay(50);
  }
}

/** Submits a run once, however often it must be sent. */
export async function submit(world: World, body: unknown, key: string): Promise<string> {
  const headers = { "content-type": "application/json", "idempotency-key": key };
  const response = await ask(world, "/v1/runs", { method: "POST", headers, body: JSON.stringify(body) });
  const run = (await response.json()) as Run;
  if (!run.run_id) throw new Error(`refused: ${JSON.stringify(run)}`);
  return run.run_id;
}

export async function getRun(world: World, id: string): Promise<Run> {
  return (await (await ask(world, `/v1/runs/${id}`)).json()) as Run;
}

export async function waitForEnd(world: World, id: string, ms = 60_000): Promise<Run> {
  const until = Date.now() + ms;
  for (;;) {
    const run = await getRun(world, id);
    if (TERMINAL.has(run.status)) return run;
    if (Date.now() > until) throw new Error(`${id} did not end: ${JSON.stringify(run)}`);
    await delay(50);
  }
}

export async function readEvents(world: World, id: string): Promise<Event[]> {
  const events: Event[] = [];
  for (let after = 0; ;) {
    const page = (await (await ask(world, `/v1/runs/${id}/events?after=${after}`)).json()) as EventPage;
    events.push(...page.events);
    if (page.events.length === 0) return events;
    after = page.next_after;
  }
}
