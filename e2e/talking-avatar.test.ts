/** The main job as a client sees it: from one HTTP request through both planes to a film, with embedded engines. */
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Event, Problem, Run } from "@myspinbot/contracts/types.ts";
import { startStack, type Stack } from "@myspinbot/services/stack.ts";
import { createParser } from "eventsource-parser";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const TEXT = "Hello. This is a short test.";
/** One black pixel: an image that can be read and has no face. */
const PIXEL = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAEAAAABACAYAAACqaXHeAAAAPElEQVR42u3OMQEAAAgDILV/5xnBzwsa0HbUe50JCAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICNwGCgMDfQ1lkWsAAAAASUVORK5CYII=",
  "base64",
);

let dir: string;
let stack: Stack;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "myspinbot-avatar-"));
  stack = await startStack({ dir });
});
afterAll(async () => {
  await stack.stop();
  rmSync(dir, { recursive: true, force: true });
});

const url = (path: string): string => stack.gateway.url + path;

async function post<T>(
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<[number, T]> {
  const response = await fetch(url(path), {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
  return [response.status, (await response.json()) as T];
}

/** All events of a run by SSE, from the first to the terminal one. */
async function follow(run: string): Promise<Event[]> {
  const response = await fetch(url(`/v1/runs/${run}/events?after=0`), {
    headers: { accept: "text/event-stream" },
  });
  expect(response.headers.get("content-type")).toBe("text/event-stream");
  const events: Event[] = [];
  const parser = createParser({ onEvent: ({ data }) => events.push(JSON.parse(data) as Event) });
  const decoder = new TextDecoder();
  for await (const chunk of response.body!) parser.feed(decoder.decode(chunk, { stream: true }));
  return events;
}

async function upload(bytes: Buffer, mediaType: string): Promise<Response> {
  return fetch(url("/v1/files"), {
    method: "POST",
    headers: { "content-type": mediaType },
    body: new Uint8Array(bytes),
  });
}

describe("talking-avatar", () => {
  it("makes a film of a text, tells of each step, and hands out the bytes in parts", async () => {
    const wishes = { title: "A test", end_text: "Bye", burn_captions: true, music: "calm", size: 256 };
    const input = {
      text: TEXT,
      avatar: "amara",
      aspect: "9:16",
      background: "#1f6f5c",
      webm: true,
      ...wishes,
    };
    const [status, created] = await post<Run>("/v1/runs", { graph: "talking-avatar", input });
    expect(status).toBe(202);
    const events = await follow(created.run_id);
    expect(events.at(-1)!.type, JSON.stringify(events.at(-1))).toBe("run.succeeded");
    expect(events.map((event) => event.seq)).toEqual(events.map((_, i) => i + 1));
    const ended = events.filter((event) => event.type === "node.succeeded").map((event) => event.node_id);
    expect(ended.toSorted()).toEqual([
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

    const run = (await (await fetch(url(`/v1/runs/${created.run_id}`))).json()) as Run;
    expect(run).toMatchObject({ status: "succeeded", progress: { percent: 100 } });
    const video = run.output!.video as {
      artifact_id: string;
      size: number;
      sha256: string;
      meta: { duration_s: number };
    };
    expect(video.meta).toMatchObject({ width: 256, height: 456, fps: 25 });
    expect(run.output!.script).toBe(TEXT);

    const content = url(`/v1/artifacts/${video.artifact_id}/content`);
    const whole = Buffer.from(await (await fetch(content)).arrayBuffer());
    expect(whole.length).toBe(video.size);
    expect(createHash("sha256").update(whole).digest("hex")).toBe(video.sha256);
    expect(whole.indexOf("moov")).toBeGreaterThan(0);
    expect(whole.indexOf("moov")).toBeLessThan(whole.indexOf("mdat"));
    const part = await fetch(content, { headers: { range: "bytes=4-7" } });
    expect([part.status, await part.text()]).toEqual([206, "ftyp"]);

    const kinds = { webm: "video/webm", poster: "image/jpeg", preview: "image/gif", captions: "text/vtt" };
    for (const [name, kind] of Object.entries(kinds)) {
      const { artifact_id } = run.output![name] as { artifact_id: string };
      const response = await fetch(url(`/v1/artifacts/${artifact_id}/content`));
      expect([name, response.headers.get("content-type")]).toEqual([name, kind]);
      const bytes = Buffer.from(await response.arrayBuffer());
      // The card at the start moves the captions.
      if (name === "captions") expect(bytes.toString()).toMatch(/00:00:0[2-9].* --> /);
    }

    const deleted = await fetch(url(`/v1/runs/${created.run_id}`), { method: "DELETE" });
    expect(deleted.status).toBe(204);
    expect((await fetch(url(`/v1/runs/${created.run_id}`))).status).toBe(404);
    expect((await fetch(content)).status).toBe(404);
  });

  it("fails with the reason when the portrait has no face", async () => {
    const uploaded = await upload(PIXEL, "image/png");
    expect(uploaded.status, await uploaded.clone().text()).toBe(201);
    const { file_id } = (await uploaded.json()) as { file_id: string };
    const body = { graph: "talking-avatar", input: { text: TEXT, portrait: { file_id } } };
    const [, created] = await post<Run>("/v1/runs", body, { prefer: "wait=60" });
    const events = await follow(created.run_id);
    const error = (events.at(-1)!.data as { error: Problem }).error;
    expect(events.at(-1)!.type).toBe("run.failed");
    expect(error).toMatchObject({ instance: "portrait", class: "permanent" });
    expect(["no-face", "invalid-image"]).toContain(error.code);
  });

  it("names the wish that cannot be met", async () => {
    const [status, problem] = await post<Problem>("/v1/runs", {
      graph: "talking-avatar",
      input: { text: TEXT, aspect: "4:3" },
    });
    expect([status, problem.errors?.[0]?.pointer]).toEqual([422, "/input/aspect"]);
  });

  it("refuses bytes that are not what they claim to be", async () => {
    const response = await upload(Buffer.from("not a picture"), "image/png");
    expect(response.status).toBe(422);
    expect(((await response.json()) as Problem).code).toBe("file-mismatch");
  });
});
