/** Proves the guard that looks for wire names in code. */
import type { Prover } from "../proof.ts";

const GUARD = "guard.ts: wire names";

/** Without one, no code would be generated. */
const HEAD = "#!lua\n-- Does a thing.\n-- KEYS 1 mail\n-- ARGV 1 run\n-- Answer 0\n";

/** A file for each mistake, which stands in its last line. */
const MISTAKES: Readonly<Record<string, string>> = {
  "gateway/src/runs/seeded-names/timer.ts": "export const a = (run: string) => `retention|${run}|`;",
  "gateway/src/runs/seeded-names/timer-joined.ts":
    'export const a = (run: string) => ["lock", run, ""].join("|");',
  "gateway/src/runs/seeded-names/timer-added.ts": 'export const a = (run: string) => "lock" + "|" + run;',
  "gateway/src/runs/seeded-names/key-added.ts": 'export const a = (shard: string) => shard + ":timers";',
  "gateway/src/runs/seeded-names/key-joined.ts":
    'export const a = (shard: string) => ["x", shard, "mail"].join(":");',
  "client/seeded-names/object-joined.ts": 'export const a = (file: string) => ["files", file].join("/");',
  "gpu-node/src/gpu_node/seeded_names/timer_joined.py": 'a = "|".join(["retry", run])',
  "gpu-node/src/gpu_node/seeded_names/timer_added.py": "a = 'retry' + '|' + run",
  "gpu-node/src/gpu_node/seeded_names/key_joined.py": 'a = ":".join((prefix, "outbox", run))',
  "gpu-node/src/gpu_node/seeded_names/object_joined.py": 'a = "/".join(("runs", run))',
  "schemas/redis/includes/seeded_timer_concat.lua": "local a = table.concat({ 'retention', run, '' }, '|')",
  "schemas/redis/includes/seeded_timer_added.lua": "local a = 'retention' .. '|' .. run",
  "schemas/redis/includes/seeded_key_added.lua": "local a = prefix .. ':outbox'",
  "gateway/src/runs/seeded-names/group.ts": 'export const a = ["GROUP", "drivers"];',
  "gateway/src/runs/seeded-names/step.ts": 'steps.ensureGroup(keys, { stream, group: "drivers" });',
  "gpu-node/src/gpu_node/seeded_names/step.py": 'steps.leave(keys, stream=stream, group="executors")',
  "gateway/src/runs/seeded-names/key.ts": "export const a = (shard: string) => `x:{${shard}}:timers`;",
  "gateway/src/runs/seeded-names/prefix.ts": 'export const a = "msb:{s0}:mail";',
  "gateway/src/runs/seeded-names/object.ts": "export const a = (run: string) => `runs/${run}/`;",
  "gateway/src/runs/seeded-names/ends.ts": 'export const a = ["failed", "expired"];',
  "scripts/seeded-names/key.mjs": "export const a = (shard) => `x:{${shard}}:timers`;",
  "ui/static/seeded-names.js": 'const a = ["failed", "expired"];',
  "ui/src/lib/seeded-names.svelte": "<p>{`runs/${1}/`}</p>",
  "ui/src/lib/seeded-names.svelte.ts": 'export const a = (run: string) => "runs/" + run;',
  "client/seeded-names/object.ts": 'export const a = (file: string) => "files/" + file;',
  "gpu-node/src/gpu_node/seeded_names/timer.py": "a = f'lock|{run}|'",
  "gpu-node/src/gpu_node/seeded_names/group.py": 'command("XACK", stream, "executors", entry)',
  "gpu-node/src/gpu_node/seeded_names/key.py": 'a = f"{prefix}:{{{shard}}}:pool:{pool}"',
  "gpu-node/src/gpu_node/seeded_names/object.py": 'a = f"files/{name}"',
  "schemas/redis/seeded_timer.lua": `${HEAD}redis.call('ZREM', KEYS[1], 'start_deadline|' .. ARGV[1] .. '|')`,
  "schemas/redis/seeded_group.lua": `${HEAD}redis.call('XACK', KEYS[1], 'executors', ARGV[1])`,
  "schemas/redis/includes/seeded_ends.lua": "local ENDS = { succeeded = true, expired = true }",
};

export const names: Prover = {
  steps: ["no hosts, no machine paths"],
  plant(copy) {
    for (const [path, text] of Object.entries(MISTAKES)) copy.write(path, `${text}\n`);
  },
  async judge(copy) {
    const { said } = await copy.guard();
    return Object.entries(MISTAKES).map(([path, text]) => ({
      guard: GUARD,
      mistake: `${path}: ${text}`,
      red: said.includes(`${path}:${text.split("\n").length} spells `),
    }));
  },
};
