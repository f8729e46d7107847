/** Compares the two executors part by part: which file is whose twin, and which parts only one plane needs. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";

const NODE = "gateway/src/executor";
const PYTHON = "gpu-node/src/gpu_node/executor";

/** TypeScript file without its ending, or a path under gpu_node where another folder has the twin; and what both have. */
const PAIRS: readonly (readonly [name: string, parts: readonly string[], python?: string])[] = [
  ["admission", ["admit", "Admitted", "Refused"]],
  ["announcer", ["Announcer", "again", "announce"]],
  ["backoff", ["Backoff", "next", "reset"], "redis/backoff.py"],
  ["capabilities", ["Capabilities", "learn", "engineFor", "rows"]],
  ["../clock", ["Clock", "elapsed", "sleep", "after"], "clock.py"],
  ["control-channel", ["listenToControl"], "redis/control_channel.py"],
  ["drain", ["drain"]],
  ["executor", ["Executor"]],
  ["held-tasks", ["HeldTasks", "add", "remove", "inShard", "free", "whenFree", "whenEmpty"]],
  ["hold", ["stop"]],
  ["intake", ["Intake", "accept", "acceptAgain", "refuse", "discard"]],
  // One for all shards in Python, whose loops are tasks; one per shard here, where a timer is.
  ["lease", ["Leases", "renew", "reconnected", "watch", "renewOnce", "apply"]],
  ["node-inputs", ["resolveInputs", "knownInputs"]],
  ["node-runner", ["checkInputs", "checkOutputs"]],
  ["notes", ["Notes", "progress", "log", "ended", "stop"]],
  ["prober", ["Prober", "ask", "now", "run"]],
  ["puller", ["Puller", "pull", "recover", "doubt"]],
  ["reports", ["Reports", "add", "told", "close"]],
  ["resources", ["Resources", "whyNever", "held"], "children/resources.py"],
  ["schedule", ["NodeEnd", "isImpossible"]],
  ["settle", ["settleTask"]],
  ["shards-known", ["ShardsKnown", "told"]],
  [
    "steps",
    ["renew", "report", "settle", "discard", "announce", "alive", "leave", "Entry", "Ending", "Orders"],
    "redis/steps.py",
  ],
  ["task-checks", ["TaskChecks", "askHandler"]],
  ["task-graph", ["runTaskGraph"]],
  ["task-reader", ["TaskReader", "read", "ownPending", "look"], "redis/reader.py"],
  ["task-memory", ["TaskMemory", "take", "entryOf", "end", "endingOf"]],
  ["task-runner", ["TaskRunner", "run"]],
];

/** Files that only one of them has, and why. */
const ALONE: Readonly<Record<string, string>> = {
  "call-handler.ts": "Python calls handlers in its children",
  "encode-outputs.ts": "Python encodes outputs where the handler runs, in handlers/outputs.py",
  "find-engines.ts": "Python's children ask where handlers run, in children/probe.py",
  "handler-host.ts": "what Python's pool of children is to it",
  "in-place.ts": "for runtimes without threads; Python always has processes",
  "resident.ts": "for runtimes where nothing may go on for ever; a box is always there",
  "time-limit.ts": "Python's pool of children limits the time",
  "ahead.py": "the node plane is beside Redis: the way there is shorter than a task",
  "artifacts.py": "no bytes pass through the node plane",
  "background.py": "promises run by themselves, tasks of asyncio must be held",
  "drain_hint.py": "the node plane is beside its driver, or is the Worker itself",
  "fitness.py": "disks fill and handlers crash on a box; the gateway's threads cost it neither",
  "graph_run.py": "parts the order of nodes from LangGraph, so that its cost can be measured",
  "node_checks.py": "the gateway's validators come with its node types",
  "references.py": "no bytes pass through the node plane",
  "task.py": "TypeScript reads the contract's types as they are",
  "task_files.py": "no bytes pass through the node plane",
  "task_parts.py": "what a task needs, which is the deps of task-runner.ts; apart, for its length",
  "task_run.py": "the state of one task, which closures of task-runner.ts hold; apart, for its length",
};

const toSnake = (name: string): string =>
  name.replaceAll(/(?<=[a-z0-9])[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const isClass = (name: string): boolean => /^[A-Z]/.test(name);

function definesNode(text: string, part: string): boolean {
  const kinds = "(?:function|const|let|interface|type|class)";
  const named = new RegExp(`\\b${kinds} ${part}\\b|^\\s+(?:async )?${part}[(:,?]|^\\s+${part}\\b.*=>`, "m");
  return named.test(text);
}

function definesPython(text: string, part: string): boolean {
  return isClass(part)
    ? new RegExp(`^class ${part}\\b`, "m").test(text)
    : new RegExp(`\\bdef _?${toSnake(part)}\\(`).test(text);
}

const headOf = (text: string): string =>
  text.slice(0, text.startsWith('"""') ? text.indexOf('"""', 3) : text.indexOf("*/"));
const codeIn = (root: string, folder: string, ending: string): string[] =>
  readdirSync(join(root, folder)).filter(
    (name) => name.endsWith(ending) && !/\.test\.ts$|^__init__/.test(name),
  );

/** @returns a sentence for each difference that the tables do not know */
export function twinDifferences(root: string): string[] {
  const read = (path: string): string =>
    existsSync(join(root, path)) ? readFileSync(join(root, path), "utf8") : "";
  const known = new Set(Object.keys(ALONE));
  const wrong = PAIRS.flatMap(([name, parts, elsewhere]) => {
    const node = `${NODE}/${name}.ts`;
    const python = elsewhere
      ? `gpu-node/src/gpu_node/${elsewhere}`
      : `${PYTHON}/${name.replaceAll("-", "_")}.py`;
    known.add(basename(node)).add(basename(python));
    const [ours, theirs] = [read(node), read(python)];
    const sides = [
      [node, ours, python, definesNode],
      [python, theirs, node, definesPython],
    ] as const;
    return sides.flatMap(([path, text, twin, defines]) => [
      ...(headOf(text).includes(basename(twin))
        ? []
        : [`${path} does not begin by naming its twin ${basename(twin)}`]),
      ...parts
        .filter((part) => !defines(text, part))
        .map((part) => `${path} has no ${part}, which its twin has`),
    ]);
  });
  const files = [...codeIn(root, NODE, ".ts"), ...codeIn(root, PYTHON, ".py")];
  const unpaired = files.filter((file) => !known.has(file));
  const gone = Object.keys(ALONE).filter((file) => !files.includes(file));
  return [
    ...wrong,
    ...unpaired.map(
      (file) => `${file} of an executor has no twin, and scripts/guards/twins.ts no reason for it`,
    ),
    ...gone.map((file) => `scripts/guards/twins.ts excuses ${file}, which is not there`),
  ];
}
