/** Finds tests that let time pass instead of waiting for what they wait for, in both languages. */
import { textOf } from "./text-of.ts";

const TESTS = /\.test\.ts$|\/tests?\/.*\.(ts|py)$|^e2e\/.*\.(ts|py)$/;
const NOT_OURS = /^(e2e\/api-clients|codegen\/generated)\/|\/src\/mediakit\//;

/** Asks again until something is so that sends no event. */
const LOOP = /^\s*(?:async )?(?:\} )?(?:while\b|for \(.*;.*;|for .* in itertools\.count\b)/;
/** A loop around another function does not ask again. */
const FUNCTION = /^\s*(?:async )?(?:def|function)\b|=> \{$/;

/** What waits, up to the bracket behind it, and by which other names a file may call it. */
const WAITS = {
  node: {
    calls: ["(?:(?:globalThis|timers)\\.)?setTimeout", "system(?:Clock|Runtime)\\.sleep", "Atomics\\.wait"],
    names: [/setTimeout as (\w+).*"node:timers/, /(\w+) = promisify\(setTimeout\)/],
    modules: /import \* as (\w+) from "node:timers/,
    end: "",
  },
  python: {
    calls: ["(?:time|asyncio|anyio|SystemClock\\(\\))\\.sleep", "(?:threading\\.)?Event\\(\\)\\.wait"],
    names: [
      /from (?:time|asyncio|anyio) import.*\bsleep as (\w+)/,
      /from (?:time|asyncio|anyio) import.*\b(sleep)\b/,
    ],
    modules: /import (?:time|asyncio|anyio) as (\w+)/,
    // To let others run, and to wait for an event without an end.
    end: "(?!0?\\))",
  },
};
/** Of a browser, of Node and Workers, and of the system. */
const ANYWHERE = "\\.waitForTimeout\\(|\\bscheduler\\.wait\\(|\\(\\[?[\"'`]sleep(?: \\d|[\"'`])";

/** How many lines of a file wait outside of such loops, and why they must. */
const EXCUSED: Readonly<Record<string, readonly [lines: number, why: string]>> = {
  "e2e/box.ts": [1, "asks for a stream's group again, which sends no event; its loop is around a promise"],
  "e2e/extension/gateway.ts": [1, "work that lasts as long as its run says"],
  "e2e/twins/extension/__init__.py": [1, "work that never ends"],
  "gateway/src/clock.test.ts": [1, "the machine's clock by itself"],
  "gateway/src/driver/commit.int.test.ts": [1, "a lock passes by the clock of Redis"],
  "gateway/src/driver/guarantees.int.test.ts": [1, "who sleeps for longer than a lease has lost it"],
  "gateway/src/events/events.int.test.ts": [
    3,
    "work that lasts, followers that come late, a Redis that is silent",
  ],
  "gateway/test/rough-extension.ts": [3, "work that throws when it has ended, or never ends"],
  "gpu-node/tests/executor/extension.py": [8, "work that lasts as long as its task says, or never ends"],
};

/** @param files paths inside the repository. @returns `<file>:<line> lets time pass`, for each */
export function sleepsOfTests(root: string, files: readonly string[]): string[] {
  const tests = files.filter((file) => TESTS.test(file) && !NOT_OURS.test(file));
  const wrong = tests.flatMap((file) => {
    const found = waitsIn(textOf(root, file).split("\n"), file.endsWith(".py"));
    if (found.length === (EXCUSED[file]?.[0] ?? 0)) return [];
    return found.map((line) => `${file}:${line} lets time pass: wait for what happens`);
  });
  const gone = Object.keys(EXCUSED).filter((file) => !tests.includes(file));
  return [...wrong, ...gone.map((file) => `scripts/guards/sleeps.ts excuses ${file}, which is not there`)];
}

/** @returns numbers of lines */
function waitsIn(lines: readonly string[], isPython: boolean): number[] {
  const { calls, names, modules, end } = WAITS[isPython ? "python" : "node"];
  const named = lines.flatMap((line) => names.flatMap((name) => name.exec(line)?.[1] ?? []));
  const within = lines.flatMap((line) => modules.exec(line)?.[1] ?? []);
  const all = [...calls, ...named, ...within.map((name) => `${name}\\.(?:sleep|setTimeout)`)];
  const waits = new RegExp(`(?<![\\w.])(?:${all.join("|")})\\(${end}|${ANYWHERE}`);
  return lines.flatMap((line, index) => (waits.test(line) && !asksAgain(lines, index) ? [index + 1] : []));
}

/** Whether a loop is around this line, by indentation: all code is formatted. */
function asksAgain(lines: readonly string[], index: number): boolean {
  if (LOOP.test(lines[index]!)) return true;
  let least = indentOf(lines[index]!);
  for (let above = index - 1; above >= 0 && least > 0; above -= 1) {
    const line = lines[above]!;
    if (line.trim() === "" || indentOf(line) >= least) continue;
    if (LOOP.test(line)) return true;
    if (FUNCTION.test(line)) return false;
    least = indentOf(line);
  }
  return false;
}

const indentOf = (line: string): number => line.length - line.trimStart().length;
