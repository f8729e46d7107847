/** The help of every level, as the program itself gives it. */
import type { WriteStream } from "node:tty";
import { expect, it } from "vitest";
import { systemRuntime } from "../src/runtime.ts";
import { runMsb } from "./program.ts";

async function said(...args: string[]): Promise<{ status: number; out: string; err: string }> {
  const texts = { out: "", err: "" };
  const into = (name: "out" | "err"): WriteStream =>
    ({ columns: 80, write: (text: string) => Boolean((texts[name] += text)) }) as unknown as WriteStream;
  const status = await runMsb(args, {
    env: {},
    stdin: (async function* () {})(),
    stdout: into("out"),
    stderr: into("err"),
    runtime: { ...systemRuntime, fetch: () => Promise.reject(new Error("nobody is asked for help")) },
    signal: new AbortController().signal,
    now: () => 0,
  });
  return { status, ...texts };
}

const WORD = /^ {2}([a-z]+)(?: |$)/gm;
const commandsIn = (help: string): string[] =>
  Array.from(/^Commands:\n([\s\S]*?)\n\n|^Commands:\n([\s\S]*)$/m.exec(help)?.slice(1) ?? []).flatMap(
    (part) => (part === undefined ? [] : Array.from(part.matchAll(WORD), ([, word]) => word!)),
  );

it("helps on every level, with examples on each that does something, within the terminal's width", async () => {
  const { out: top, status } = await said("--help");
  expect(status).toBe(0);
  expect(top).toContain("Exit codes:");
  expect(commandsIn(top)).toEqual([
    "run",
    "runs",
    "graphs",
    "doctor",
    "keys",
    "executors",
    "webhooks",
    "dead",
    "overview",
  ]);
  for (const first of commandsIn(top)) {
    const { out } = await said(first, "--help");
    const below = commandsIn(out);
    const leaves = below.length === 0 ? [[first]] : below.map((word) => [first, word]);
    for (const leaf of leaves) {
      const help = await said(...leaf, "--help");
      expect([leaf, help.status, help.err]).toEqual([leaf, 0, ""]);
      expect(help.out).toMatch(new RegExp(`^Usage: msb ${leaf.join(" ")} `));
      expect(help.out).toContain(`\nExamples:\n  `);
      expect(help.out).toContain("--json");
      const prose = help.out.slice(0, help.out.indexOf("\nExamples:"));
      expect(prose.split("\n").filter((line) => line.length > 80)).toEqual([]);
    }
  }
});

it("says what it takes when nothing was said", async () => {
  expect(await said()).toMatchObject({
    status: 2,
    out: "",
    err: expect.stringContaining("Commands:") as string,
  });
  expect(await said("keys")).toMatchObject({ status: 2, err: expect.stringContaining("create") as string });
});
