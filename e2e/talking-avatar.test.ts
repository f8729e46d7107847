/**
 * The main job as a client sees it: from one HTTP request through both planes to a film, with embedded engines. A gateway
 * and a Worker are asked by turns.
 */
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Client } from "@myspinbot/client/client.ts";
import type { Event, Problem, Run } from "@myspinbot/contracts/types.ts";
import type { EdgeServer } from "@myspinbot/services/edge.ts";
import { startStack, type Stack } from "@myspinbot/services/stack.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { clientOver, refusalOf, uploaded } from "./client.ts";
import { ALL_SCOPES, makeKey } from "./make-key.ts";
import { startWorkerBeside } from "./worker-beside.ts";

const TEXT = "Hello. This is a short test.";
/** One black pixel: an image that can be read and has no face. */
const PIXEL = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAEAAAABACAYAAACqaXHeAAAAPElEQVR42u3OMQEAAAgDILV/5xnBzwsa0HbUe50JCAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICNwGCgMDfQ1lkWsAAAAASUVORK5CYII=",
  "base64",
);

let dir: string;
let stack: Stack;
let worker: EdgeServer;
let client: Client;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "myspinbot-avatar-"));
  stack = await startStack({ dir });
  worker = await startWorkerBeside({ ...stack, dir: join(dir, "worker") });
  client = clientOver([stack.gateway.url, worker.url], makeKey(stack.valkey, ALL_SCOPES));
});
afterAll(async () => {
  await worker?.stop();
  await stack?.stop();
  rmSync(dir, { recursive: true, force: true });
});

/** All events of a run by SSE, from the first to the terminal one, and the run then. */
async function follow(run_id: string, onEvent = (_: Event) => {}): Promise<[Event[], Run]> {
  const events: Event[] = [];
  const run = await client.runs.watch(run_id, {
    onFrame: (frame) => {
      if (frame.kind !== "event") return;
      events.push(frame.event);
      onEvent(frame.event);
    },
  });
  return [events, run];
}

describe("talking-avatar", () => {
  it("makes a film of a script that somebody edits, tells of each step, and hands out the bytes in parts", async () => {
    const wishes = { title: "A test", end_text: "Bye", burn_captions: true, music: "calm", size: 256 };
    const input = {
      text: "Words that nobody wants to hear, and far more of them than there is time for.",
      approve_script: true,
      avatar: "amara",
      aspect: "9:16",
      background: "#1f6f5c",
      webm: true,
      ...wishes,
    };
    const { run_id } = await client.runs.submit({ graph: "talking-avatar", input });
    let answered: Promise<Run> | undefined;
    const answer = { node_id: "approved", decision: "accept", values: { text: TEXT } } as const;
    const [events, run] = await follow(run_id, ({ type }) => {
      if (type === "node.waiting") answered = client.runs.resume(run_id, answer);
    });
    const { approval } = (await answered)!.nodes.find(({ node_id }) => node_id === "approved")!;
    expect(approval).toMatchObject({ values: { text: input.text }, decision: "edited" });
    expect(events.at(-1)!.type, JSON.stringify(events.at(-1))).toBe("run.succeeded");
    expect(events.map((event) => event.seq)).toEqual(events.map((_, i) => i + 1));
    const ended = events.filter((event) => event.type === "node.succeeded").map((event) => event.node_id);
    expect(ended.toSorted()).toEqual([
      "approved",
      "final",
      "portrait",
      "script",
      "speech",
      "upscaled",
      "video",
      "visemes",
    ]);
    for (const node of ["video", "final"])
      for (const type of ["node.progress", "node.preview"])
        expect(events.some((event) => event.type === type && event.node_id === node)).toBe(true);

    expect(run).toMatchObject({ status: "succeeded", progress: { percent: 100 } });
    const video = run.output!.video as {
      artifact_id: string;
      size: number;
      sha256: string;
      meta: { duration_s: number };
    };
    expect(video.meta).toMatchObject({ width: 256, height: 456, fps: 25 });
    expect(run.output!.script).toBe(TEXT);

    const { artifacts } = client;
    const whole = Buffer.from(await artifacts.bytes(video.artifact_id));
    expect(whole.length).toBe(video.size);
    expect(createHash("sha256").update(whole).digest("hex")).toBe(video.sha256);
    expect(whole.indexOf("moov")).toBeGreaterThan(0);
    expect(whole.indexOf("moov")).toBeLessThan(whole.indexOf("mdat"));
    const part = await artifacts.content(video.artifact_id, { range: "bytes=4-7" });
    expect([part.status, await part.text()]).toEqual([206, "ftyp"]);

    const kinds = { webm: "video/webm", poster: "image/jpeg", preview: "image/gif", captions: "text/vtt" };
    for (const [name, kind] of Object.entries(kinds)) {
      const { artifact_id } = run.output![name] as { artifact_id: string };
      const response = await artifacts.content(artifact_id);
      expect([name, response.headers.get("content-type")]).toEqual([name, kind]);
      const bytes = Buffer.from(await response.arrayBuffer());
      // The card at the start moves the captions.
      if (name === "captions") expect(bytes.toString()).toMatch(/00:00:0[2-9].* --> /);
    }

    await client.runs.delete(run_id);
    await expect(client.runs.get(run_id)).rejects.toMatchObject({ status: 404 });
    await expect(artifacts.bytes(video.artifact_id)).rejects.toMatchObject({ status: 404 });
  });

  it("fails with the reason when the portrait has no face", async () => {
    const portrait = await uploaded(client, { bytes: PIXEL, mediaType: "image/png" });
    const body = { graph: "talking-avatar", input: { text: TEXT, portrait } };
    const { run_id } = await client.runs.submit(body, { waitS: 60 });
    const [events] = await follow(run_id);
    const error = (events.at(-1)!.data as { error: Problem }).error;
    expect(events.at(-1)!.type).toBe("run.failed");
    expect(error).toMatchObject({ instance: "portrait", class: "permanent" });
    expect(["no-face", "invalid-image"]).toContain(error.code);
  });

  it("names the wish that cannot be met", async () => {
    const problem = await refusalOf(
      client.runs.submit({ graph: "talking-avatar", input: { text: TEXT, aspect: "4:3" } }),
    );
    expect([problem.status, problem.errors?.[0]?.pointer]).toEqual([422, "/input/aspect"]);
  });

  it("refuses bytes that are not what they claim to be", async () => {
    const bytes = new TextEncoder().encode("not a picture");
    const problem = await refusalOf(client.files.upload({ bytes, mediaType: "image/png" }));
    expect([problem.status, problem.code]).toEqual([422, "file-mismatch"]);
  });
});
