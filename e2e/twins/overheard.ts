/** What an executor asks of Redis, overheard at the server: which calls carry what. */
import { connect } from "node:net";
import { createInterface } from "node:readline";
import type { ScriptName } from "@myspinbot/contracts/scripts.ts";
import { FIRST } from "@myspinbot/contracts/steps.ts";
import { SCRIPTS } from "@myspinbot/contracts/scripts.ts";
import { vi } from "vitest";

export interface Overheard {
  /** Bodies of the items of each call of a script about a task. */
  batches(script: "report" | "settle", task: string): string[][];
  /** How often a script was called. */
  count(script: ScriptName): number;
  /** Resolves when a command that fits was heard. */
  until(fits: (command: readonly string[]) => boolean): Promise<void>;
  stop(): void;
}

const ITEM_PARTS = 4;

/** @returns when the server tells what it is asked; a socket of our own, because no client library reads all of it */
export async function overhear(redisUrl: string): Promise<Overheard> {
  const { hostname, port, username, password } = new URL(redisUrl);
  const socket = connect(Number(port), hostname);
  const commands: string[][] = [];
  await new Promise<void>((resolve, reject) => {
    socket.once("error", reject);
    createInterface(socket).on("line", (line) => {
      if (line.startsWith("-")) reject(new Error(line));
      else if (line === "+OK") resolve();
      else commands.push(toCommand(line));
    });
    if (password !== "") socket.write(`AUTH ${username || "default"} ${password}\r\n`);
    socket.write("MONITOR\r\n");
  });
  const callsOf = (script: ScriptName): string[][] =>
    commands.filter(([name, sha1]) => name === "EVALSHA" && sha1 === SCRIPTS[script].sha1);
  return {
    batches: (script, task) =>
      callsOf(script).flatMap((command) => {
        const values = command.slice(3 + Number(command[2]));
        if (values[1] !== task) return [];
        const items = values.slice(FIRST[script].arg - 1);
        return [items.filter((_, i) => i % ITEM_PARTS === ITEM_PARTS - 1)];
      }),
    count: (script) => callsOf(script).length,
    until: (fits) =>
      vi.waitFor(
        () => {
          if (!commands.some(fits)) throw new Error("no such command was heard");
        },
        { timeout: 30_000, interval: 50 },
      ),
    stop: () => socket.destroy(),
  };
}

/** `+1796024583.84 [0 127.0.0.1:33984] "evalsha" "..."`: the name in capitals, then its arguments. */
function toCommand(line: string): string[] {
  const quoted = line.match(/"(?:[^"\\]|\\.)*"/g) ?? [];
  const [name = "", ...rest] = quoted.map((text) => text.slice(1, -1).replaceAll(/\\(["\\])/g, "$1"));
  return [name.toUpperCase(), ...rest];
}
