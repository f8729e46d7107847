/** Runs that are made and forked over HTTP, for tests: an executor that says which nodes it has done, with a picture of each. */
import { objectKeys } from "@myspinbot/contracts/keys.ts";
import type { Artifact, Graph, Problem, Run, Task } from "@myspinbot/contracts/types.ts";
import { freshBucket, type S3Access } from "@myspinbot/services/seaweed.ts";
import { afterAll, beforeAll, expect, inject } from "vitest";
import { sha256Hex } from "../src/graphs/digest.ts";
import { newId } from "../src/ids.ts";
import { createAppHarness, PNG, problemOf, runOf, type AppHarness } from "./app-harness.ts";

export type Fields = Record<string, unknown>;

export const node = (id: string, inputs: Fields = {}, more: Fields = {}) =>
  ({ id, type: "node_work", plane: "node", inputs, ...more }) as const;

export const CHAIN: Graph = {
  name: "chain",
  input: { a: "Text?", c: "Text?", image: "Image?" },
  nodes: [
    node("a", { text: "$input.a?", image: "$input.image?" }),
    node("b", { text: "$a.text" }),
    node("side", { image: "$a.image" }),
    node("c", { text: { $text: ["$b.text", "$input.c?"] } }),
  ],
  output: { text: "$c.text?", image: "$c.image?" },
};

const PROBLEM: Problem = {
  ...{ type: "https://docs.myspinbot.dev/problems/handler-failed", title: "no", status: 500, detail: "no" },
  ...{ code: "handler-failed", class: "permanent" },
};

type More = Fields & { headers?: Record<string, string> };

export interface ForkHarness {
  /** There as soon as tests run. */
  app(): AppHarness;
  /** Which nodes were done, by run. */
  done: Map<string, string[]>;
  /** Nodes that fail. */
  failing: Set<string>;
  /** What is begun from here on ends when this is called. */
  hold(): () => void;
  read(run: string): Promise<Run>;
  ended(run: string): Promise<Run>;
  submit(graph?: Graph, input?: Fields, more?: Fields): Promise<string>;
  made(graph?: Graph, input?: Fields): Promise<Run>;
  /** @param more further members of the request, and its headers */
  fork(run: string, from_node: string, patch?: Fields, more?: More): Promise<Response>;
  forked(...asked: Parameters<ForkHarness["fork"]>): Promise<Run>;
  remove(run: string): Promise<Response>;
  /** Of an artifact's bytes. */
  statusOf(artifact: string): Promise<number>;
}

export function artifactOf(run: Run, id: string): string {
  return run.artifacts.find(({ node_id }) => node_id === id)!.artifact_id;
}

/** Status, code, and where. */
export async function refused(response: Response): Promise<[number, string, string?]> {
  const { code, errors } = await problemOf(response);
  const pointer = errors?.[0]?.pointer;
  return pointer === undefined ? [response.status, code] : [response.status, code, pointer];
}

/** For the tests of a file. */
export function useForks(prefix: string): ForkHarness {
  let h: AppHarness;
  let store: S3Access;
  let held: Promise<void> | undefined;
  const done = new Map<string, string[]>();
  const failing = new Set<string>();
  /** Texts within a task. */
  const said = new Map<string, string>();

  async function work(node: Task["nodes"][number], task: Task) {
    done.set(task.run_id, [...(done.get(task.run_id) ?? []), node.id]);
    if (held) await held;
    if (failing.has(node.id)) return { status: "failed" as const, problem: PROBLEM };
    const values = Object.values(node.inputs).map((input) =>
      input.from === "value" ? input.value : said.get(`${task.task_id} ${input.node}`),
    );
    const { speed } = node.params as { speed?: number };
    const texts = [...values, speed === undefined ? undefined : String(speed)];
    const text = `${node.id}(${texts.filter((value) => typeof value === "string").join(",")})`;
    said.set(`${task.task_id} ${node.id}`, text);
    return { outputs: { text, image: await picture(node.id, task) } };
  }

  async function picture(node: string, { run_id, task_id }: Task): Promise<Artifact> {
    const bytes = new Uint8Array([...PNG, ...new TextEncoder().encode(node + run_id)]);
    const sha256 = await sha256Hex(bytes);
    const key = objectKeys.artifact(run_id, task_id, sha256, `${node}.png`);
    await h.store.put(key, { bytes, mediaType: "image/png", sha256, metadata: {} });
    const about = { media_type: "image/png", size: bytes.length, sha256, name: `${node}.png`, meta: {} };
    return { artifact_id: newId("art", "s0"), key, ...about };
  }

  beforeAll(async () => {
    store = await freshBucket(inject("store"));
    h = await createAppHarness(prefix, { seaweed: store });
    await h.announceAll();
    h.driver.startDriver();
    h.driver.startExecutor("node", work);
  });
  afterAll(async () => {
    await h.close();
  });

  const idOf = async (response: Response): Promise<string> => {
    expect(response.status, await response.clone().text()).toBe(202);
    return (await runOf(response)).run_id;
  };
  const read = async (run: string): Promise<Run> => runOf(await h.request(`/v1/runs/${run}`));
  const ended = async (run: string): Promise<Run> => {
    await h.driver.waitForEnd(run);
    return read(run);
  };
  const submit: ForkHarness["submit"] = async (graph = CHAIN, input = {}, more = {}) =>
    idOf(await h.post("/v1/runs", { graph, input, ...more }));
  const fork: ForkHarness["fork"] = (run, from_node, patch, { headers = {}, ...more } = {}) =>
    h.post(`/v1/runs/${run}/fork`, { from_node, ...(patch ? { patch } : {}), ...more }, headers);
  return {
    app: () => h,
    done,
    failing,
    hold() {
      let release = (): void => {};
      held = new Promise((resolve) => (release = resolve));
      return () => {
        held = undefined;
        release();
      };
    },
    read,
    ended,
    submit,
    made: async (graph, input) => ended(await submit(graph, input)),
    fork,
    forked: async (...asked) => ended(await idOf(await fork(...asked))),
    remove: (run) => h.request(`/v1/runs/${run}`, { method: "DELETE" }),
    statusOf: async (artifact) => (await h.request(`/v1/artifacts/${artifact}/content`)).status,
  };
}
