/** Proves the guards that search texts: each mistake is a file, of which the guard says something. */
import type { Proof, Prover } from "../proof.ts";

type Mistake = readonly [path: string, text: string, said: string];

const PY = "gpu-node/src/gpu_node/seeded_texts";
const HIDDEN = [
  ["import numpy as np\n\na = np.random.default_rng()", "chance without a seed"],
  ["import numpy as np\n\na = np.random.default_rng(\n    None\n)", "chance without a seed"],
  ["import numpy as np\n\na = np.random.Generator(np.random.PCG64())", "chance without a seed"],
  ["from numpy.random import default_rng as a", "chance without a seed"],
  ["import asyncio\n\na = asyncio.get_running_loop().time()", "the clock of the loop"],
  ["a = __import__('gpu_node.executor')", "what it names in a text"],
  ["def a(loop):\n    loop.call_later(1, print)", "the clock of the loop"],
  [
    "import asyncio\n\n\nasync def a(b):\n    await asyncio.wait({b}, timeout=1)",
    "time that is not of the Clock",
  ],
  [
    "import asyncio\n\n\nasync def a(b):\n    await asyncio.wait(set(b), timeout=1)",
    "time that is not of the Clock",
  ],
  ["import threading\n\nthreading.Event().wait(1)", "time that is not of the Clock"],
  ["def a(queue):\n    return queue.get(timeout=1)", "time that is not of the Clock"],
  ["def a(self):\n    return self.event_loop.time()", "the clock of the loop"],
] as const;

const EVENTS = [
  ["gpu-node/src/gpu_node/seeded_texts/event.py", 'a = "node.progres"'],
  ["gpu-node/tests/unit/test_seeded_event.py", "a = {'type': 'run.suceeded'}"],
  ["ui/src/lib/seeded-event.svelte", '<p>{"nodes.started"}</p>'],
  ["ui/src/lib/seeded-event.test.ts", "export const a = `artifact.made`;"],
  ["gateway/src/runs/seeded-event.test.ts", 'export const a = "node.skiped" as never;'],
  ["scripts/seeded-event.mjs", 'export const a = "run.Started";'],
  ["schemas/redis/includes/seeded_event.lua", "local a = 'run.cancelled'"],
] as const;

const STATUSES = [
  ["schemas/redis/includes/seeded_status.lua", "if record.status == 'canceld' then return end"],
  ["schemas/redis/includes/seeded_status_set.lua", "set_status(KEYS[1], prefix, run, old, 'runing')"],
  ["schemas/redis/includes/seeded_status_put.lua", "redis.call('HSET', KEYS[1], 'status', 'queud')"],
  ["gpu-node/src/gpu_node/seeded_texts/status.py", "a = {'status': 'suceeded'}"],
  ["gpu-node/src/gpu_node/seeded_texts/status_read.py", "a = b['status'] == 'fail'"],
] as const;

const SLEEPS = [
  ["gateway/src/runs/seeded-sleep.test.ts", "await new Promise((resolve) => setTimeout(resolve, 5));"],
  [
    "client/src/seeded-sleep.test.ts",
    'import { setTimeout as rest } from "node:timers/promises";\nfor (const a of [1, 2]) {\n  await rest(a);\n}',
  ],
  ["gateway/test/seeded-sleep.ts", "await systemClock.sleep(10);"],
  [
    "e2e/seeded-sleep.test.ts",
    "while (a) {\n  it(b, async () => {\n    await systemClock.sleep(10);\n  });\n}",
  ],
  ["gpu-node/tests/unit/test_seeded_sleep.py", "import time\n\n\ndef test_a():\n    time.sleep(0.1)"],
  [
    "gpu-node/tests/executor/test_seeded_sleep.py",
    "import asyncio\n\n\nasync def test_a():\n    for _ in range(3):\n        await asyncio.sleep(1)",
  ],
  ...[
    'import * as timers from "node:timers/promises";\nawait timers.setTimeout(500);',
    "const rest = promisify(setTimeout);\nawait rest(500);",
    "await scheduler.wait(500);",
    "await page.waitForTimeout(500);",
    'execSync("sleep 1");',
    'spawnSync("sleep", ["1"]);',
  ].map((text, i) => [`e2e/seeded-sleep-${i}.test.ts`, text] as const),
  ...[
    "from time import sleep\n\nsleep(1)",
    "from asyncio import sleep as rest\n\n\nasync def a():\n    await rest(1)",
    "import time as t\n\nt.sleep(1)",
    "import anyio\n\n\nasync def a():\n    await anyio.sleep(1)",
    "import threading\n\nthreading.Event().wait(1)",
    "import subprocess\n\nsubprocess.run(['sleep', '1'])",
    "import os\n\nos.system('sleep 1')",
  ].map((text, i) => [`gpu-node/tests/unit/test_seeded_sleep_${i}.py`, text] as const),
  // One more than is excused.
  ["e2e/twins/extension/__init__.py", "time.sleep(1)"],
] as const;

const CALLABLES = [
  "from collections.abc import Callable\n\nA = Callable[[int, int, int, int, int], None]",
  "from collections.abc import Callable\n\n\ndef a(\n    b: Callable[\n        [dict[str, int], int, int, int, list[int],], None\n    ],\n): ...",
];

const MISTAKES: Readonly<Record<string, readonly Mistake[]>> = {
  "guard.ts: hidden time and chance": HIDDEN.map(([text, said], i) => [`${PY}/hidden_${i}.py`, text, said]),
  "guard.ts: types of events": EVENTS.map(([path, text]) => [path, text, "type of no event"]),
  "guard.ts: statuses": STATUSES.map(([path, text]) => [path, text, "the status of nothing"]),
  "guard.ts: tests that sleep": SLEEPS.map(([path, text]) => [path, text, "lets time pass"]),
  "guard.ts: long callables": CALLABLES.map((text, i) => [`${PY}/callable_${i}.py`, text, "of 5 parameters"]),
  "guard.ts: packages without layers": [
    ["gpu-node/src/seeded_package/__init__.py", "", "has no layers"],
    ["gpu-node/src/seeded_module.py", "", "has no layers"],
  ],
};

export const texts: Prover = {
  steps: ["no hosts, no machine paths"],
  plant(copy) {
    for (const [path, text] of Object.values(MISTAKES).flat()) copy.append(path, `${text}\n`);
  },
  async judge(copy) {
    const lines = (await copy.guard()).said.split("\n");
    return Object.entries(MISTAKES).flatMap(([guard, mistakes]) =>
      mistakes.map(([path, text, said]): Proof => {
        const place = path.replace(/(?:\/__init__)?\.py$/, "");
        const red = lines.some((line) => line.startsWith(place) && line.includes(said));
        return { guard, mistake: `${path}: ${text}`, red };
      }),
    );
  },
};
