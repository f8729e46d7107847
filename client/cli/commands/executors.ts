/** `msb executors`: who works here, who shall take no more, who shall ask its engines anew. */
import type { Executor, NodeTypeCapability } from "@myspinbot/contracts/types.ts";
import type { Command } from "commander";
import { addCommand, addGroup, type Host, printJson, printRows } from "../command.ts";
import { say } from "../text.ts";

/** Engines that do not answer are given up before. */
const PROBE_S = 60;

export function addExecutors(program: Command, host: Host): void {
  const executors = addGroup(program, "executors", "Who works here: list, drain, undrain, probe.");
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
  addOrder(executors, host, "drain", "Lets an executor take no more tasks; what it holds it finishes.");
  addOrder(executors, host, "undrain", "Lets an executor take tasks again.");
  addProbe(executors, host);
}

function addOrder(executors: Command, host: Host, order: "drain" | "undrain", about: string): void {
  const name = `${order} <executor>`;
  const examples = [`msb executors ${order} exec_01M8N9ZYTC6N1EYFBW11VAHQ5X`];
  addCommand(executors, host, { name, about, examples }, async ({ session, words: [id = ""] }) => {
    const executor = await session.client.operators[order](id, session);
    if (session.json) return printJson(session, executor);
    say(session.stderr, `${id} is ${executor.status}.`);
  });
}

function addProbe(executors: Command, host: Host): void {
  const text = {
    name: "probe <executor>",
    about: "Lets an executor ask its engines anew, and says which it has then.",
    examples: ["msb executors probe exec_01M8N9ZYTC6N1EYFBW11VAHQ5X"],
  };
  addCommand(executors, host, text, async ({ session, words: [id = ""] }) => {
    const asked = await session.client.operators.probe(id, { ...session, waitS: PROBE_S });
    if (session.json) return printJson(session, asked);
    if (!asked.done) say(session.stderr, `${id} has not answered yet. What it said before:`);
    printRows(session, asked.executor.node_types.flatMap(engineRows), {
      head: ["NODE TYPE", "ENGINE", "AVAILABLE", "WHY NOT"],
      toCells: (cells) => cells,
    });
  });
}

function engineRows({ type, engines }: NodeTypeCapability): string[][] {
  return engines.map(({ name, available, reason = "" }) => [type, name, available ? "yes" : "no", reason]);
}

function row({ executor_id, status, plane, pool, slots, version, node_types }: Executor): string[] {
  const cannot = node_types.flatMap(({ type, cannot_now }) =>
    cannot_now === undefined ? [] : [`${type}: ${cannot_now}`],
  );
  return [executor_id, status, plane, pool, String(slots), version, cannot.join("; ")];
}
