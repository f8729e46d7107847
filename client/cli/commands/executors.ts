/** `msb executors`: who works here. */
import type { Executor } from "@myspinbot/contracts/types.ts";
import type { Command } from "commander";
import { addCommand, addGroup, type Host, printRows } from "../command.ts";

export function addExecutors(program: Command, host: Host): void {
  const executors = addGroup(program, "executors", "Who works here.");
  addCommand(
    executors,
    host,
    {
      name: "ls",
      about: "Lists executors that were heard of within the last half minute.",
      examples: ["msb executors ls", "msb executors ls --json"],
    },
    async ({ session }) => {
      const found = await session.client.catalogue.executors(session);
      const head = ["EXECUTOR", "STATUS", "PLANE", "POOL", "PLACES", "VERSION", "CANNOT NOW"];
      printRows(session, found, { head, toCells: row });
    },
  );
}

function row({ executor_id, status, plane, pool, slots, version, node_types }: Executor): string[] {
  const cannot = node_types.flatMap(({ type, cannot_now }) =>
    cannot_now === undefined ? [] : [`${type}: ${cannot_now}`],
  );
  return [executor_id, status, plane, pool, String(slots), version, cannot.join("; ")];
}
