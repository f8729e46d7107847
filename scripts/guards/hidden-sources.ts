/** Finds what code of the gpu-node takes where its linter does not look: chance without a seed, a loop's clock, imports by text. */
import { lineAt, textOf } from "./text-of.ts";

const CODE = /^gpu-node\/src\/.*\.py$/;
const GENERATED = /^gpu-node\/src\/gpu_node\/contracts\//;

const MAKERS = "default_rng|RandomState|SeedSequence|PCG64|PCG64DXSM|MT19937|Philox|SFC64";
const LOOP = "(?:\\w*loop|(?:get_(?:running|event)|new_event)_loop\\(\\))";

const RULES: readonly (readonly [what: string, pattern: RegExp])[] = [
  // Also handed on without a call, as for a field's default.
  ["chance without a seed", new RegExp(`\\b(?:${MAKERS})\\b(?!\\(\\s*(?!(?:seed=)?None\\b)[^\\s)])`, "g")],
  ["the clock of the loop", new RegExp(`\\b${LOOP}\\.(?:time|call_later|call_at)\\b`, "g")],
  ["what it names in a text", /(?<![.\w])__import__\b/g],
  ["time that is not of the Clock", /\basyncio\.(?:wait|as_completed)\((?:[^()]|\([^()]*\))*\btimeout=/g],
  // Of an event, a future, a queue: a number is time of the machine.
  ["time that is not of the Clock", /\bEvent\(\)\.wait\((?!\))|\.(?:wait|get|result|join)\(timeout=/g],
];

/** Where it must be, and why. */
const EXCUSED: Readonly<Record<string, string>> = {
  "clock.py the clock of the loop": "the machine's Clock is made of it",
  "children/pool.py the clock of the loop": "a limit of asyncio is told in the loop's time when to end",
  "children/child.py time that is not of the Clock": "a process of the machine is waited for",
  "redis/wire.py the clock of the loop":
    "the client tells in it when a connection is to be asked whether it is good",
  "executor/background.py time that is not of the Clock": "this process is about to end",
  "executor/drain.py time that is not of the Clock": "this process is about to end",
  "service/server.py time that is not of the Clock": "this process is about to end",
};

/** @param files paths inside the repository. @returns `<file>:<line> takes chance without a seed`, for each */
export function hiddenSources(root: string, files: readonly string[]): string[] {
  const met = new Set<string>();
  const wrong = files
    .filter((file) => CODE.test(file) && !GENERATED.test(file))
    .flatMap((file) => {
      const text = textOf(root, file);
      return RULES.flatMap(([what, pattern]) => {
        const lines = [...text.matchAll(pattern)].map(({ index }) => lineAt(text, index));
        const excused = `${file.replace("gpu-node/src/gpu_node/", "")} ${what}`;
        if (!(excused in EXCUSED))
          return lines.map((line) => `${file}:${line} takes ${what}: have it passed in`);
        if (lines.length > 0) met.add(excused);
        return [];
      });
    });
  const gone = Object.keys(EXCUSED).filter((excused) => !met.has(excused));
  return [
    ...wrong,
    ...gone.map((excused) => `scripts/guards/hidden-sources.ts excuses ${excused}, which is gone`),
  ];
}
