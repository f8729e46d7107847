/** A film of several scenes as a client makes it: one request, one film, one soundtrack. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Client } from "@myspinbot/client/client.ts";
import type { Event, Run } from "@myspinbot/contracts/types.ts";
import { startStack, type Stack } from "@myspinbot/services/stack.ts";
import { afterAll, beforeAll, expect, it } from "vitest";
import { clientAt, refusalOf, uploaded } from "./client.ts";
import { wedge } from "./wedge.ts";

const MEMBERS = ["speech", "visemes", "portrait", "video"];

let dir: string;
let stack: Stack;
let client: Client;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "myspinbot-scenes-"));
  stack = await startStack({ dir });
  client = clientAt(stack.gateway.url);
});
afterAll(async () => {
  await stack.stop();
  rmSync(dir, { recursive: true, force: true });
});

interface Film {
  artifact_id: string;
  meta: { width: number; height: number; fps: number; duration_s: number };
}

const textOf = async (artifact_id: string): Promise<string> =>
  Buffer.from(await client.artifacts.bytes(artifact_id)).toString();

it("makes one film of scenes with words, faces and backgrounds of their own", async () => {
  const background_image = await uploaded(client, {
    bytes: new Uint8Array(wedge(128)),
    mediaType: "image/png",
  });
  const scenes = [
    { text: "Hello, I am the first.", avatar: "robin", background: "#1f6f5c" },
    { text: "I am the second one.", avatar: "amara", background: "picture", background_image },
    { text: "And goodbye.", avatar: "elias", background: "#6f1f3c" },
  ];
  const input = { scenes, size: 256, title: "Three scenes", music: "calm" };
  const { run_id } = await client.runs.submit({ graph: "talking-scenes", input });
  const events: Event[] = [];
  const run: Run = await client.runs.watch(run_id, {
    onFrame: (frame) => frame.kind === "event" && events.push(frame.event),
  });
  expect(run, JSON.stringify(run.error)).toMatchObject({ status: "succeeded", progress: { percent: 100 } });

  const instances = MEMBERS.flatMap((id) => scenes.map((_, i) => `${id}.${i}`));
  expect(run.nodes.map(({ node_id }) => node_id)).toEqual([...instances, "joined", "final"]);
  const group = { group_id: "scene", kind: "each", nodes: MEMBERS, count: 3, ended: 3, failed: 0 };
  expect(run.groups).toEqual([group]);
  const expanded = events.filter(({ type }) => type === "node.expanded");
  expect(new Map(expanded.map(({ node_id, data }) => [node_id, data]))).toEqual(
    new Map(MEMBERS.map((id) => [id, { count: 3 }])),
  );
  expect(expanded).toHaveLength(MEMBERS.length);

  const { video, captions, starts } = run.output! as unknown as {
    video: Film;
    captions: { artifact_id: string };
    starts: number[];
  };
  const lengths = scenes.map((_, i) => {
    const clip = run.artifacts.find(({ node_id }) => node_id === `video.${i}`) as unknown as Film;
    return clip.meta.duration_s;
  });
  const total = lengths.reduce((sum, length) => sum + length, 0);
  expect(starts).toEqual([0, lengths[0], expect.closeTo(lengths[0]! + lengths[1]!, 6)]);
  // The card at the start is 2.5 s, rounded to frames.
  expect(Math.abs(video.meta.duration_s - total - 2.5)).toBeLessThanOrEqual(1 / 25);
  expect(video.meta).toMatchObject({ width: 256, height: 256, fps: 25 });

  const cues = [...(await textOf(captions.artifact_id)).matchAll(/00:(\d\d):([\d.]+) --> .*\n(.*)/g)];
  const said = cues.map(([, minutes, seconds, text]) => ({
    at: Number(minutes) * 60 + Number(seconds),
    text,
  }));
  for (const [i, first] of ["Hello", "I am the second", "And goodbye"].entries()) {
    const cue = said.find(({ text }) => text!.startsWith(first))!;
    expect(cue.at).toBeGreaterThanOrEqual(2.5 + starts[i]! - 0.05);
    expect(cue.at).toBeLessThan(2.5 + starts[i]! + lengths[i]!);
  }
});

it.each([
  [{ scenes: [] }, "/input/scenes"],
  [{ scenes: Array.from({ length: 21 }, () => ({ text: "a" })) }, "/input/scenes"],
  [{ scenes: [{ text: "a" }, { avatar: "robin" }] }, "/input/scenes/1/text"],
  [{ scenes: [{ text: "a", avatar: "nobody" }] }, "/input/scenes/0/avatar"],
  [
    { scenes: [{ text: "a", portrait: { file_id: "file_01KA7QJ3N8XW5V2M4T6R9C1D0E" } }] },
    "/input/scenes/0/portrait/file_id",
  ],
])("refuses %j with the place", async (input, pointer) => {
  const problem = await refusalOf(client.runs.submit({ graph: "talking-scenes", input }));
  expect([problem.status, problem.errors?.map((error) => error.pointer)]).toEqual([422, [pointer]]);
});
