import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterEach, describe, expect, it } from "vitest";
import { createKeys } from "@myspinbot/contracts/keys.ts";
import { FIRST, steps } from "@myspinbot/contracts/steps.ts";
import { readScripts } from "../src/script-source.ts";
import { readSource } from "../src/source.ts";
import { emitSteps } from "../src/emit/ts-steps.ts";

const { wire } = readSource(fileURLToPath(new URL("../..", import.meta.url)));
const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** Reads one script, called `step`, as if it lay in schemas/redis. */
function read(head: string, body: string): ReturnType<typeof readScripts> {
  const folder = mkdtempSync(join(tmpdir(), "heads-"));
  folders.push(folder);
  mkdirSync(join(folder, "includes"));
  writeFileSync(join(folder, "includes/late.lua"), "local function late() return ARGV[2] end\n");
  writeFileSync(join(folder, "step.lua"), `#!lua\n${head}\n${body}\n`);
  return readScripts(folder, wire);
}
const head = (keys: string, args: string, answer = "0 | 1"): string =>
  `-- Does it.\n-- KEYS ${keys}\n-- ARGV ${args}\n-- Answer ${answer}`;
const emitted = (text: string, body: string): string =>
  emitSteps({ wire, scripts: read(text, body) } as never);

describe("a step's head", () => {
  const plain = head("1 run, 2 mail", "1 run, 2 lock_ms int");

  it.each([
    ["ARGV[3]", "reads ARGV[3]"],
    ["KEYS[3]", "reads KEYS[3]"],
    ["KEYS[0]", "reads KEYS[0]"],
    ["ARGV[ 3 ]", "reads ARGV[ 3 ]"],
    ["ARGV[n]", "reads ARGV[n]"],
    ["ARGV[1 + 1]", "reads ARGV[1 + 1]"],
    ["#KEYS", "reads KEYS[...]"],
    ["unpack(ARGV)", "reads ARGV[...]"],
    ["_G.ARGV[3]", "reads ARGV[3]"],
  ])("names all that the body reads: %s is refused", (index, said) => {
    const body = `local all = { KEYS[1], KEYS[2], ARGV[1], ARGV[2] }\nreturn ${index}`;
    expect(() => read(plain, body)).toThrow(`schemas/redis/step.lua: it ${said}`);
  });

  it("counts what its includes read", () => {
    const text = head("1 run", "1 run");
    const body = "-- @include late\nreturn KEYS[1] .. ARGV[1] .. late()";
    expect(() => read(text, body)).toThrow("it reads ARGV[2], which its head does not name");
  });

  it("names nothing that nobody reads", () => {
    expect(() => read(plain, "return KEYS[1] .. KEYS[2] .. ARGV[1] -- ARGV[2]")).toThrow(
      "it does not read ARGV[2], which its head names",
    );
  });

  it.each([
    ["-- Does it.\n-- KEYS 1 run\n-- Answer 0", "has no ARGV"],
    [head("1 run, 3 mail", "1 run"), '"3 mail" where index 2 is due'],
    [head("1 runn", "1 run"), '"runn", which wire.json does not know'],
    [head("1 run", "1 the run"), '"the run", which is no name of a value'],
    [head("1 run", "1 run, then the tasks"), '"then the tasks" where index 2 is due'],
    [head("1 run", "1 run, then per task: task"), "then per <variable> of <list>"],
  ])("is refused when it cannot be read", (text, said) => {
    expect(() => read(text, "return KEYS[1] .. ARGV[1]")).toThrow(said);
  });

  it("may take several calls: the body names what is of the one at hand", () => {
    const text = `${head("1 run, 2 mail", "1 run, then per item of items: item")}\n-- Many of one shard.`;
    const body = "local k, a = 0, 1\nreturn { KEYS[1], KEYS[2], ARGV[1], ARGV[FIRST.arg + 1], EACH.keys }";
    expect(read(text, body).steps.get("step")!.text).toContain(
      "{ KEYS[k + 1], KEYS[k + 2], ARGV[a + 1], ARGV[(a + 2) + 1], 2 }",
    );
    expect(() => read(text, `${body} .. KEYS[3]`)).toThrow("it reads KEYS[3]");
    const caller = emitted(text, body);
    expect(caller).toContain("args: counted([given.run, ...given.items])");
    expect(caller).toContain("MANY: ReadonlySet<ScriptName> = new Set(['step'])");
  });

  it("tells the body where that begins which has no number", () => {
    const text = head("1 run", "1 run, 2 count(tasks), then per task of tasks: task");
    const { steps: read_ } = read(text, "return { KEYS[1], ARGV[1], ARGV[2], ARGV[FIRST.arg + 1] }");
    expect(read_.get("step")!.text).toContain("ARGV[3 + 1]");
    expect(() => read(text, "return { KEYS[1], ARGV[1], ARGV[2], KEYS[FIRST.key] }")).toThrow(
      "it reads KEYS[FIRST.key]",
    );
  });

  it("makes one name mean one thing", () => {
    const text = head("1 run", "1 run int");
    expect(() => emitted(text, "return KEYS[1] .. ARGV[1]")).toThrow("run is two things in a head");
  });
});

describe("a typed caller", () => {
  const keys = createKeys("t");

  it("puts keys, numbers, lists and maps at their places", () => {
    const given = { shard: "s1", pool: "p", tasks: ["task_s1_a", "task_s1_b"], consumer: "exec_1" };
    expect(steps.renew(keys, given)).toEqual({
      script: "renew",
      keys: ["t:{s1}:pool:p:tasks", "t:{s1}:pool:p:task:task_s1_a", "t:{s1}:pool:p:task:task_s1_b"],
      args: ["exec_1", "t:{s1}:pool:p:tasks:", "task_s1_a", "task_s1_b"],
    });
    const { args } = steps.submit(keys, {
      ...{ shard: "s0", run: "r", digest: "d", hash: "h", owner: "o", request: "q", graph: "{}", event: "e" },
      deliveryIds: "dlv_s0_x",
      ...{ idempotencyMs: 1, startDeadlineMs: 2, runDeadlineMs: 3 },
      ...{ startsKey: "starts", liveKey: "live", bytesKey: "bytes", perMinute: 4, mostLive: 5, mostBytes: 6 },
      ...{ record: { a: "1", b: "2" }, data: {}, nodes: { n: "{}" }, artifacts: { art: "{}" } },
      source: "none",
    });
    expect(args).toEqual([
      ...[31, "r", "q", 1, "{}", 2, 3, "e", "t:{s0}:run:r", 2, 0, 1, "t:{s0}:file_runs:"],
      ...[
        "dlv_s0_x",
        "t:{s0}:hooks:",
        "t:{s0}:outbox_lane:",
        "t:{s0}:outbox:",
        "t:{s0}:hook_deliveries:",
        4,
        5,
        "none",
        "t:{s0}:folder_runs:",
        1,
        6,
      ],
      ...["a", "1", "b", "2", "n", "{}", "art", "{}"],
    ]);
    expect(FIRST.submit.arg).toBe(24);
  });

  it("goes through a list once per element, with the keys of each", () => {
    const { args } = steps.reconcileRun(keys, { shard: "s0", run: "r", reconcileMs: 5, pools: ["x", "y"] });
    expect(args).toEqual([
      ...["r", 5, 2],
      ...["x", ...["tasks", "reports", "task:", "tasks:"].map((end) => `t:{s0}:pool:x:${end}`)],
      ...["y", ...["tasks", "reports", "task:", "tasks:"].map((end) => `t:{s0}:pool:y:${end}`)],
    ]);
  });

  it("takes the fields of items in the order of the head", () => {
    const item = { kind: "result" as const, node: "n", type: "", body: "{}" };
    const given = { shard: "s0", pool: "p", task: "t1", consumer: "c", outcome: "settled", reason: '""' };
    expect(steps.settle(keys, { ...given, first: 4, items: [item, { ...item, node: "m" }] })).toEqual({
      script: "settle",
      keys: ["t:{s0}:pool:p:tasks", "t:{s0}:pool:p:task:t1", "t:{s0}:pool:p:reports"],
      args: [
        "c",
        "t1",
        "settled",
        '""',
        4,
        "t:{s0}:pool:p:tasks:",
        "result",
        "n",
        "",
        "{}",
        "result",
        "m",
        "",
        "{}",
      ],
    });
  });
});
