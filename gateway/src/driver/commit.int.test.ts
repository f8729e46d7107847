/** What `commit` refuses, and what it does when it is called again: one guard per test, the others satisfied. */
import type { AnswerOf, Drive, steps } from "@myspinbot/contracts/steps.ts";
import type { Graph } from "@myspinbot/contracts/types.ts";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { createHarness, note, result, type Harness } from "../../test/driver-harness.ts";
import { newId, newPlainId } from "../ids.ts";
import { toRecord } from "../redis/flat.ts";
import { collect, type Entry } from "./collect.ts";
import { commit, type CommitRequest } from "./commit.ts";
import { addEvent, createDraft } from "./draft.ts";
import { toSituation } from "./situation.ts";

const ONE: Graph = { name: "one", nodes: [{ id: "a", type: "python_work", plane: "python" }], output: {} };

let h: Harness;
beforeAll(async () => {
  h = await createHarness("commit");
});
afterAll(async () => {
  await h.close();
});
afterEach(async () => {
  await h.stopDriver();
});

/** The newest entry of the mail stream that no driver has taken. */
async function nextMail(): Promise<Entry> {
  const [row] = (await h.redis.xrevrange(h.keys.mail("s0"), "+", "-", "COUNT", 1)) as [string, string[]][];
  return { shard: "s0", source: "mail", id: row![0], fields: toRecord(row![1]) };
}

async function lock(entry: Entry, token: string, lockMs = 5000): Promise<AnswerOf<typeof steps.collect>> {
  return collect(h.redis, h.keys, {
    ...{ entry, token, lockMs, knownCheckpoint: "", knownDigest: "" },
    deliveryIds: newId("dlv", "s0"),
  });
}

/** A run locked by a drive that has decided to write one event. */
async function locked(lockMs = 5000): Promise<CommitRequest> {
  const run = await h.submit(ONE);
  const token = newPlainId("drive");
  const situation = toSituation(run, (await lock(await nextMail(), token, lockMs)) as Drive);
  const draft = createDraft(situation);
  addEvent(draft, "run.waiting", "");
  return {
    shard: "s0",
    run,
    token,
    commitId: newPlainId("commit"),
    parent: "",
    situation,
    draft,
    checkpoint: null,
    lockMs: 5000,
    retentionMs: 60_000,
    deliveryIds: newId("dlv", "s0"),
  };
}

const commitOf = (request: CommitRequest): Promise<AnswerOf<typeof steps.commit>> =>
  commit(h.redis, h.keys, request);
const eventTypes = async (run: string): Promise<string[]> => (await h.events(run)).map((e) => e.type);

describe("commit", () => {
  it("refuses a drive whose lock was given to another", async () => {
    const request = await locked();
    expect(await commitOf({ ...request, token: "drive_other" })).toEqual(["refused", "token", ""]);
    expect(await eventTypes(request.run)).toEqual(["run.queued"]);
    expect(await commitOf(request)).toEqual(["free"]);
  });

  it("refuses a drive that began from an older checkpoint", async () => {
    const request = await locked();
    expect(await commitOf({ ...request, parent: "|1f000000" })).toEqual(["refused", "parent", ""]);
  });

  it("refuses a drive whose mail is not at its place", async () => {
    const request = await locked();
    const [letter] = request.situation.letters;
    const letters = [letter!, { ...letter!, entry: "1-1" }];
    expect(await commitOf({ ...request, situation: { ...request.situation, letters } })).toEqual([
      "refused",
      "mail",
      "",
    ]);
  });

  it("refuses a result of a task that is not the node's current one (S1)", async () => {
    const request = await locked();
    request.draft.accepted.push({ node: "a", task: "task_s0_old", attempt: 1 });
    expect(await commitOf(request)).toEqual(["refused", "result", ""]);
  });

  it("refuses to expire a run whose task somebody has begun, and to cancel one whose task has not ended (S9)", async () => {
    h.startDriver();
    const run = await h.submit(ONE);
    const task = await h.pull("default");
    await h.stopDriver();
    await h.report(task, 1, [note("a", "node.started", { attempt: 1, executor: "exec_test" })]);
    await h.tell(run, { kind: "cancel" });
    const token = newPlainId("drive");
    const situation = toSituation(run, (await lock(await nextMail(), token, 300)) as Drive);
    expect(situation.openTasks).toHaveLength(1);
    const parent = situation.record.checkpoint!;
    const request = { ...(await locked()), run, token, situation, parent };
    for (const guard of ["expired", "canceled"] as const) {
      const draft = createDraft(situation);
      draft.guard = guard;
      draft.status = guard;
      draft.terminal = true;
      const why = guard === "expired" ? "begun" : "open";
      expect(await commitOf({ ...request, draft })).toEqual(["refused", why, ""]);
    }
    expect((await h.record(run)).status).toBe("queued");
    h.startDriver();
    await h.settle(task, [result(task.nodes[0]!, {})], "canceled");
    expect((await h.waitForEnd(run)).status).toBe("canceled");
  });

  it("takes from a drive that began before a cancel nothing but the cancel, and tells of it once", async () => {
    const request = await locked();
    const { run, situation } = request;
    expect(await h.cancel(run)).toEqual(["canceling"]);
    for (const status of ["", "waiting", "running", "succeeded", "failed", "timed_out"] as const) {
      const draft = { ...request.draft, status, terminal: status === "succeeded" };
      expect(await commitOf({ ...request, draft })).toEqual(["refused", "canceling", ""]);
    }
    expect(await h.cancel(run)).toEqual(["canceling"]);
    const draft = createDraft(situation);
    Object.assign(draft, { guard: "canceled", status: "canceled", terminal: true });
    addEvent(draft, "run.canceled", "");
    expect(await commitOf({ ...request, draft })).toEqual(["free"]);
    expect(await h.cancel(run)).toEqual(["ended", "canceled"]);
    expect(await eventTypes(run)).toEqual(["run.queued", "run.canceling", "run.canceled"]);
  });

  it("writes nothing twice when its reply was lost and it is sent again", async () => {
    const request = await locked();
    expect(await commitOf(request)).toEqual(["free"]);
    expect(await commitOf(request)).toEqual(["free"]);
    expect(await eventTypes(request.run)).toEqual(["run.queued", "run.waiting"]);
  });

  it("keeps the lock and answers the mail that came meanwhile, also when it is sent again", async () => {
    const request = await locked();
    await h.tell(request.run, { kind: "check" });
    expect(await lock(await nextMail(), "drive_late")).toEqual(["busy"]);
    for (let i = 0; i < 2; i += 1) {
      const answer = await commitOf(request);
      expect(answer[0]).toBe("drive");
      expect(toSituation(request.run, answer as Drive).letters.map((l) => l.body.kind)).toEqual(["check"]);
    }
    expect(await h.redis.zscore(h.keys.timers("s0"), `lock|${request.run}|`)).not.toBeNull();
  });
});

describe("collect", () => {
  it("answers the holder of the lock again when its reply was lost", async () => {
    await h.submit(ONE);
    const entry = await nextMail();
    const first = await lock(entry, "drive_same");
    expect(await lock(entry, "drive_same")).toEqual(first);
    expect(await lock(entry, "drive_other")).toEqual(["gone"]);
  });

  it("gives a run whose lock has passed to the next drive, and the old one nothing more", async () => {
    const request = await locked(1);
    await h.tell(request.run, { kind: "check" });
    const entry = await nextMail();
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect((await lock(entry, "drive_next"))[0]).toBe("drive");
    expect(await commitOf(request)).toEqual(["refused", "token", ""]);
  });

  it("gives up a run that was driven too often without a commit", async () => {
    const run = await h.submit(ONE);
    for (let i = 1; i <= 6; i += 1) {
      const answer = await lock(await nextMail(), `drive_${i}`, 0);
      expect(answer[0]).toBe(i <= 5 ? "drive" : "give_up");
      await h.tell(run, { kind: "check" });
    }
  });
});
