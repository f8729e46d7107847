/** Finds limits of one executor alone: what both have is in `executor` of wire.json, and what only one has is named here. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const NODE = "gateway/src/executor";
const PYTHON = "gpu-node/src/gpu_node";

/** Folder -> whether every constant in it must be known; elsewhere only the values of shared limits are refused. */
const FOLDERS: Readonly<Record<string, boolean>> = {
  [NODE]: true,
  "gateway/src/entry/nodejs/threads": false,
  [`${PYTHON}/executor`]: true,
  [`${PYTHON}/redis`]: false,
  [`${PYTHON}/children`]: false,
};

/** Constants that only one of them needs, or that only look like a shared limit, and why. */
const ALONE: Readonly<Record<string, string>> = {
  "drain.ts LEAVE_ROUNDS": "Python's leave is tried once, within its time",
  "thread-call.ts TAKE_UP_MS": "a thread's loop may be blocked; a process of Python's has a loop of its own",
  "thread-pool.ts IDLE_MS": "how long a thread is kept is not how long checks may take",
  "ahead.py AHEAD_S": "the node plane is beside Redis and takes nothing ahead",
  "ahead.py AHEAD_TASKS": "the node plane is beside Redis and takes nothing ahead",
  "ahead.py KEPT": "the node plane is beside Redis and takes nothing ahead",
  "ahead.py NEAR_S": "the node plane is beside Redis and takes nothing ahead",
  "ahead.py WORTH": "the node plane is beside Redis and takes nothing ahead",
  "ahead.py FAR_S": "the node plane is beside Redis and takes nothing ahead",
  "ahead.py UNTRIED_TASKS": "the node plane is beside Redis and takes nothing ahead",
  "ahead.py SURE_TRIPS": "the node plane is beside Redis and takes nothing ahead",
  "ahead.py DOUBT_TRIPS": "the node plane is beside Redis and takes nothing ahead",
  "task_run.py GIVE_WAY_S": "the node plane is beside Redis: no task waits there for its turn",
  "reports.py AT_ONCE_BYTES": "the node plane is beside Redis and waits for the answer",
  "artifacts.py _CHUNK_BYTES": "no bytes pass through the node plane",
  "artifacts.py _PART_BYTES": "no bytes pass through the node plane",
  "artifacts.py _RESERVE_BYTES": "no bytes pass through the node plane",
  "artifacts.py _THREADS": "no bytes pass through the node plane",
  "artifacts.py _FULL_FOR_S": "the gateway has it as milliseconds, outside its executor",
  "drain_hint.py _ANSWER_S": "the node plane tells nobody of results",
  "drain_hint.py _CONNECT_S": "the node plane tells nobody of results",
  "fitness.py FULL_FOR_S": "disks fill on a box",
  "fitness.py MIN_FREE_BYTES": "disks fill on a box",
  "held_tasks.py MAX_LONG": "work of the node plane is short",
  "notes.py PREVIEW_EVERY_S": "the node plane shows no pictures",
  "puller.py LOOK_AGAIN_S": "disks fill on a box",
  "puller.py STAND_BACK_S": "a box may be unfit for some work; the gateway is not",
  "task_checks.py MAX_FILE_BYTES": "no bytes pass through the node plane",
  "control_channel.py POLL_S": "how often a quiet socket is asked is not how long checks may take",
  "scripts.py _WAITS_S": "the gateway loads the scripts itself",
  "output.py BURST": "what processes print into the log of their box",
};

/** What stands for a limit in many places without being one. */
const COMMON = new Set([500, 1000]);
const DISTINCT = 200;

const CONSTANT = /^(?:export )?(?:const )?(_?[A-Z][A-Z0-9_]*)(?:: [\w[\]]+)? = (?=\(?-?\d)/;
const COMMENT = /^\s*(?:\/?\*|\/\/|#)|"""/;

/** @returns a sentence for each limit that is not shared and not known, and for each reason without its constant */
export function limitsAlone(root: string): string[] {
  const text = readFileSync(join(root, "schemas/wire.json"), "utf8");
  const { executor } = JSON.parse(text) as { executor: Record<string, number> };
  const shared = new Map(
    Object.entries(executor)
      .filter(([, value]) => value > DISTINCT && !COMMON.has(value))
      .flatMap(([name, value]): [string, string][] => [
        [String(value), name],
        ...(name.endsWith("_ms") ? ([[`${value / 1000} s`, name]] as [string, string][]) : []),
      ]),
  );
  const met = new Set<string>();
  const wrong = Object.entries(FOLDERS).flatMap(([folder, isStrict]) =>
    filesIn(join(root, folder)).flatMap((name) => {
      const lines = readFileSync(join(root, folder, name), "utf8").split("\n");
      return lines.flatMap((line, index): string[] => {
        if (COMMENT.test(line)) return [];
        const constant = CONSTANT.exec(line)?.[1];
        const known = `${name} ${constant}`;
        if (constant !== undefined && known in ALONE) {
          met.add(known);
          return [];
        }
        const where = `${folder}/${name}:${index + 1}`;
        const same = numbersIn(line).find((value) => shared.has(value));
        if (same !== undefined) return [`${where} spells ${shared.get(same)} of wire.json by hand`];
        if (!isStrict || constant === undefined) return [];
        return [
          `${where} limits one executor alone: ${constant}, and scripts/guards/limits.ts has no reason`,
        ];
      });
    }),
  );
  const gone = Object.keys(ALONE).filter((known) => !met.has(known));
  return [...wrong, ...gone.map((known) => `scripts/guards/limits.ts excuses ${known}, which is not there`)];
}

const filesIn = (folder: string): string[] =>
  readdirSync(folder).filter((name) => /\.(ts|py)$/.test(name) && !/\.test\.ts$/.test(name));

/** Those that stand by themselves; what has a point counts as seconds. */
function numbersIn(line: string): string[] {
  const said = line.match(/(?<![\w.])\d[\d_]*(?:\.\d+)?(?: ?(?:<<|\*{1,2}) ?\d+)?(?![\w.])/g) ?? [];
  return said.map((number) => {
    const [first, operator, second] = number.replaceAll("_", "").split(/ ?(<<|\*{1,2}) ?/);
    const [a, b] = [Number(first), Number(second)];
    const value = { "<<": a * 2 ** b, "**": a ** b, "*": a * b }[operator ?? ""] ?? a;
    return number.includes(".") ? `${value} s` : String(value);
  });
}
