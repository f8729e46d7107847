/** Proves the linters: a file for each rule that we set ourselves. */
import type { Prover } from "../proof.ts";

const TS = "gateway/src/runs/seeded-lint";
const CLIENT = "client/src/seeded-lint";
const TERMINAL = "client/cli/seeded-lint";
const PAGE = "ui/src/lib/seeded-lint";
const SCRIPTS = "scripts/seeded-lint";
const many = (line: string, count: number): string => `${line}\n`.repeat(count);

/** Rule -> texts that it refuses, a file each. */
const ESLINT: Readonly<Record<string, readonly string[]>> = {
  "@typescript-eslint/consistent-type-imports": [
    'import { Clock } from "../../clock.ts";\nexport type A = Clock;',
  ],
  "@typescript-eslint/explicit-module-boundary-types": ["export function a() {\n  return 1;\n}"],
  "@typescript-eslint/no-unused-vars": ["const a = 1;\nexport {};"],
  "@typescript-eslint/switch-exhaustiveness-check": [
    'export function a(x: "a" | "b"): void {\n  switch (x) {\n    case "a":\n      break;\n  }\n}',
  ],
  "@typescript-eslint/no-floating-promises": ["export function a(): void {\n  Promise.resolve(1);\n}"],
  "no-console": ["console.log(1);"],
  "max-lines": [many("export {};", 201)],
  "max-lines-per-function": [`export function a(x: string): void {\n${many("  x.trim();", 81)}}`],
  "@typescript-eslint/max-params": [
    "export const f = (a: 1, b: 1, c: 1, d: 1, e: 1): number[] => [a, b, c, d, e];",
    "export function f(a: 1, b: 1, c: 1, d: 1, e: 1): number[] {\n  return [a, b, c, d, e];\n}",
    "export class A {\n  constructor(a: 1, b: 1, c: 1, d: 1, e: 1) {\n    void [a, b, c, d, e];\n  }\n}",
    "export type F = (a: 1, b: 1, c: 1, d: 1, e: 1) => void;",
    "export interface A {\n  onEnd: (a: 1, b: 1, c: 1, d: 1, e: 1) => void;\n}",
    "export const f = [[1]].map(function (a: number[], b: number, c: number[][], d = 1, e = 2) {\n  return [a, b, c, d, e];\n});",
  ],
  "no-restricted-properties": [
    ..."Date.now() performance.now() performance.timeOrigin Math.random() crypto.randomUUID()".split(" "),
    "crypto.getRandomValues(new Uint8Array(1))",
    "AbortSignal.timeout(1)",
    "globalThis.setTimeout(() => undefined, 1)",
    ..."process.uptime() process.hrtime() process.hrtime.bigint() process.env.HOME".split(" "),
    'performance.mark("a").startTime',
    'crypto["randomUUID"]',
  ].map((call) => `export const a = ${call};`),
  "no-restricted-syntax": [
    "export const a = new Date();",
    "export const a = Date();",
    "export const a = globalThis.Date.now();",
    "export const a = globalThis.crypto.randomUUID();",
    "export const a = globalThis.process.uptime();",
    'export const a = new Intl.DateTimeFormat("en").format();',
    "const M = Math;\nexport const a = M.random();",
    "export interface A {\n  onEnd(a: 1, b: 1, c: 1, d: 1, e: 1): void;\n}",
    "export interface A {\n  new (a: 1, b: 1, c: 1, d: 1, e: 1): object;\n}",
    "export abstract class A {\n  abstract f(a: 1, b: 1, c: 1, d: 1, e: 1): void;\n}",
  ],
  "no-restricted-imports": [
    'import { ulid } from "ulid";\nexport const a = ulid();',
    ...["systemClock", "systemRandom"].map(
      (name) => `import { ${name} } from "../../clock.ts";\nexport const a = ${name};`,
    ),
  ],
  "no-restricted-globals": ["setTimeout", "setInterval", "setImmediate", "scheduler.wait"].map(
    (name) => `${name}(() => undefined, 1);\nexport {};`,
  ),
};

/** What the client may not use: what only one of Node, browsers and Workers has, and what is passed in. */
const ESLINT_CLIENT: Readonly<Record<string, readonly string[]>> = {
  "no-restricted-globals": [
    ..."Buffer process global require module __dirname setImmediate window document".split(" "),
    ..."setTimeout setInterval fetch".split(" "),
  ].map((name) => `export const a: unknown = ${name};`),
  "no-restricted-properties": ["export const a = Math.random();", "export const a = Date.now();"],
  "no-restricted-syntax": ["export const a = new Date();"],
};

/** Of the command line: its process and what redraws look at the clock, and nothing else. */
const ESLINT_TERMINAL: Readonly<Record<string, readonly string[]>> = {
  "no-restricted-properties": ["export const a = Date.now();", "export const a = Math.random();"],
  "no-restricted-syntax": ["export const a = new Date();"],
  "no-restricted-globals": ["setInterval(() => undefined, 1);\nexport {};"],
};

/** Of the page, its components included: one place looks at the clock, another asks for chance. */
const ESLINT_PAGE: Readonly<Record<string, readonly string[]>> = {
  "no-restricted-properties": [
    "Date.now()",
    "performance.now()",
    "Math.random()",
    "crypto.randomUUID()",
    "AbortSignal.timeout(1)",
  ].map((call) => `export const a = ${call};`),
  "no-restricted-syntax": ["export const a = new Date();", "export const a = globalThis.Date.now();"],
};

/** What is no TypeScript module: scripts, and components with types. */
const MANY = "export function f(a, b, c, d, e) {\n  return [a, b, c, d, e];\n}";
const ESLINT_MODULE = {
  "no-restricted-properties": ["export const a = Date.now();"],
  "no-restricted-syntax": ["export const a = new Date();"],
};
const ESLINT_SCRIPTS = { "max-params": [MANY, "export const f = (a, b, c, d, e) => [a, b, c, d, e];"] };

/** What ruff refuses, by code. */
const RUFF: Readonly<Record<string, readonly string[]>> = {
  E711: ["def a(x):\n    return x == None"],
  F401: ["import json"],
  I001: ["import sys\nimport ast\n\nprint(sys, ast)"],
  UP006: ["from typing import List\n\na: List[int] = []"],
  B006: ["def a(x=[]):\n    return x"],
  ASYNC251: ["import time\n\n\nasync def a():\n    time.sleep(1)"],
  PLR0917: ["def a(b, c, d, e, f):\n    return [b, c, d, e, f]"],
  NPY002: [
    "import numpy as np\n\nprint(np.random.normal())",
    "import numpy as np\n\nprint(np.random.rand(3))",
  ],
  RUF015: ["a = list(range(3))[0]"],
  TID251: [
    "import random\n\nprint(random.random())",
    "import os\n\nprint(os.environ)",
    "import os\n\nprint(os.getenv('A'))",
    "import time\n\nprint(time.time())",
    "import time\n\nprint(time.monotonic())",
    "from time import monotonic\n\nprint(monotonic())",
    "import asyncio\n\n\nasync def a():\n    await asyncio.sleep(1)",
    "import asyncio\n\n\nasync def a(b):\n    await asyncio.wait_for(b, 1)",
    "import asyncio\n\n\nasync def a(b):\n    async with asyncio.timeout(1):\n        await b",
    "from asyncio import timeout_at\n\nprint(timeout_at)",
    "from gpu_node.clock import SystemClock\n\nprint(SystemClock())",
    "from gpu_node.clock import system_random\n\nprint(system_random())",
    "import uuid\n\nprint(uuid.uuid4())",
    "import secrets\n\nprint(secrets.token_hex())",
    "import datetime\n\nprint(datetime.datetime.now())",
    "import numpy as np\n\nprint(np.random.random())",
    "import datetime\n\nprint(datetime.datetime.utcnow())",
    "from datetime import date\n\nprint(date.today())",
    "import uuid\n\nprint(uuid.uuid1())",
    "import os\n\nprint(os.urandom(4))",
    "import os\n\nprint(os.getrandom(4))",
    "import os\n\nprint(os.times())",
    "import os\n\nprint(os.environb)",
    "from timeit import default_timer\n\nprint(default_timer())",
    ...["sleep(1)", "sleep_until(1)", "current_time()", "fail_after(1)", "move_on_after(1)"].map(
      (call) => `import anyio\n\n\ndef a():\n    return anyio.${call}`,
    ),
    "from threading import Timer\n\nprint(Timer(1, print))",
    "import importlib\n\nprint(importlib.import_module('gpu_node.executor'))",
    "import builtins\n\nprint(builtins.__import__('gpu_node.executor'))",
    "import runpy\n\nprint(runpy.run_module('gpu_node.executor'))",
  ],
};

/** Python beside the service's is linted, too; what is passed in to the service is the machine's there. */
const PY_BESIDE = ["gpu-node/scripts", "gpu-node/tests", "bench/python", "e2e", "infra/images", "scripts"];
const RUFF_BESIDE = { F401: RUFF.F401!, B006: RUFF.B006! };

interface Seed {
  rule: string;
  path: string;
  text: string;
}

const seedsOf = (
  table: Readonly<Record<string, readonly string[]>>,
  path: (name: string) => string,
): Seed[] =>
  Object.entries(table).flatMap(([rule, texts]) =>
    texts.map((text, i) => ({ rule, text, path: path(`${rule.replace(/^.*\//, "")}_${i}`) })),
  );

const tsSeeds = [
  ...seedsOf(ESLINT, (name) => `${TS}/${name}.ts`),
  ...seedsOf(ESLINT_CLIENT, (name) => `${CLIENT}/${name}.ts`),
  ...seedsOf(ESLINT_TERMINAL, (name) => `${TERMINAL}/${name}.ts`),
  ...seedsOf(ESLINT_SCRIPTS, (name) => `${SCRIPTS}/${name}.mjs`),
  ...[TS, CLIENT].flatMap((place) => seedsOf(ESLINT_MODULE, (name) => `${place}/${name}.mjs`)),
  ...seedsOf(ESLINT_PAGE, (name) => `${PAGE}/${name}.ts`),
  ...[ESLINT_SCRIPTS, ESLINT_PAGE].flatMap((table) =>
    seedsOf(table, (name) => `${PAGE}/${name}.svelte`).map((seed) => ({
      ...seed,
      text: `<script lang="ts" module>\n${seed.text}\n</script>`,
    })),
  ),
];
const ESLINT_PLACES = [TS, CLIENT, TERMINAL, SCRIPTS, PAGE];
const pySeeds = [
  ...seedsOf(RUFF, (name) => `gpu-node/src/gpu_node/seeded_lint/${name}.py`),
  ...PY_BESIDE.flatMap((place) => seedsOf(RUFF_BESIDE, (name) => `${place}/seeded_lint/${name}.py`)),
];

export const lint: Prover = {
  steps: ["lint (eslint)", "lint (ruff)"],
  plant(copy) {
    for (const { path, text } of tsSeeds) copy.write(path, `${text}\n`);
    for (const { path, text } of pySeeds) copy.write(path, `${text}\n`);
  },
  async judge(copy) {
    const eslint = JSON.parse((await copy.tool("eslint", ["--format", "json", ...ESLINT_PLACES])).said) as {
      filePath: string;
      messages: { ruleId: string }[];
    }[];
    const ruff = JSON.parse(
      (await copy.tool("venv/ruff", ["check", "--output-format", "json", "."])).said,
    ) as { code: string | null; filename: string }[];
    return [
      ...tsSeeds.map(({ rule, path }) => ({
        guard: `eslint: ${rule}`,
        mistake: path,
        red: eslint.some(
          (file) => file.filePath.endsWith(path) && file.messages.some(({ ruleId }) => ruleId === rule),
        ),
      })),
      ...pySeeds.map(({ rule, path }) => ({
        guard: `ruff: ${rule}`,
        mistake: path,
        red: ruff.some(({ code, filename }) => code === rule && filename.endsWith(path)),
      })),
    ];
  },
};
