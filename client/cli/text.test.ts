import type { WriteStream } from "node:tty";
import { expect, it } from "vitest";
import { ago, bytesOf, plain, table } from "./text.ts";

const terminal = (columns: number): WriteStream => ({ isTTY: true, columns }) as WriteStream;
const pipe = {} as WriteStream;

it("shows nothing of others that steers a terminal", () => {
  expect(plain("a\u001b[2Jb\rc\u202ed\u0007\u009b1m")).toBe("a\ufffd[2Jb c\ufffdd\ufffd\ufffd1m");
});

it("cuts what is prose to the terminal's width, and nothing in a pipe", () => {
  const rows = [["run_s0_01M825PKC72TAV63HHBZ5GR8JT", "some words that are many and more"]];
  expect(table(terminal(50), ["RUN", "WORDS"], rows).split("\n")[1]).toBe(
    "run_s0_01M825PKC72TAV63HHBZ5GR8JT  some words tha…",
  );
  expect(table(pipe, ["RUN", "WORDS"], rows).split("\n")[1]).toContain("many and more");
  expect(table(terminal(10), ["RUN", "WORDS"], rows)).toContain("run_s0_01M825PKC72TAV63HHBZ5GR8JT");
});

it("says times and sizes as people do", () => {
  const since = (ms: number) => ago(new Date(0).toISOString(), ms);
  expect([since(0), since(99_000), since(100_000), since(6_000_000), since(9e8)]).toEqual([
    "0 s ago",
    "99 s ago",
    "1 min ago",
    "1 h ago",
    "10 days ago",
  ]);
  expect([1, 1000, 20_971_520, 3e9].map(bytesOf)).toEqual(["1 B", "1.0 kB", "21.0 MB", "3.0 GB"]);
});
