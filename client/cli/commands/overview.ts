/** `msb overview`: how much there is of what, and whose bytes the store holds. Needs the scope `operate`. */
import type { Overview, StoredObjects } from "@myspinbot/contracts/types.ts";
import type { Command } from "commander";
import { addCommand, type Host, printJson } from "../command.ts";
import { bytesOf, facts, say, table } from "../text.ts";

export function addOverview(program: Command, host: Host): void {
  const text = {
    name: "overview",
    about: "Says how much there is of what: runs, tasks, memory, bytes by owner.",
    examples: ["msb overview", "msb overview --json"],
  };
  addCommand(program, host, text, async ({ session }) => {
    const overview = await session.client.operators.overview(session);
    if (session.json) return printJson(session, overview);
    for (const part of partsOf(overview, (head, rows) => table(session.stdout, head, rows)))
      say(session.stdout, part);
  });
}

type Table = (head: readonly string[], rows: readonly (readonly string[])[]) => string;

function partsOf({ runs, pools, storage, ...more }: Overview, toTable: Table): string[] {
  const kept = Object.entries(runs).filter(([, count]) => count > 0);
  const { used_bytes, limit_bytes } = more.redis;
  const counts = facts([
    ["runs", kept.map(([status, count]) => `${count} ${status}`).join(", ") || "none"],
    ["mail", String(more.mail)],
    ["timers", String(more.timers)],
    ["dead letters", String(more.dead_letters)],
    ["redis", bytesOf(used_bytes) + (limit_bytes === undefined ? "" : ` of ${bytesOf(limit_bytes)}`)],
  ]);
  const waiting = toTable(
    ["POOL", "EXECUTORS", "PLACES", "RUNNING", "WAITING"],
    pools.map((pool) => [
      pool.pool,
      ...[pool.executors, pool.slots, pool.running, pool.waiting].map((count) => String(count)),
    ]),
  );
  if (!storage) return [counts, waiting];
  const rows = storage.owners.map(({ owner, stored }) => [owner, ...cellsOf(stored)]);
  const stored = toTable(
    ["OWNER", "BYTES", "ARTIFACTS", "OF", "FILES", "OF"],
    [...rows, ["(all)", ...cellsOf(storage.total)]],
  );
  return [counts, waiting, stored];
}

function cellsOf({ artifacts, artifact_bytes, files, file_bytes }: StoredObjects): string[] {
  const all = bytesOf(artifact_bytes + file_bytes);
  return [all, String(artifacts), bytesOf(artifact_bytes), String(files), bytesOf(file_bytes)];
}
