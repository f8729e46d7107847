/** The graphs without speech as a client uses them: a picture enlarged, a film made of it, and that film enlarged. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Client } from "@myspinbot/client/client.ts";
import type { Run } from "@myspinbot/contracts/types.ts";
import { startStack, type Stack } from "@myspinbot/services/stack.ts";
import { afterAll, beforeAll, expect, it } from "vitest";
import { msb } from "../client/test/msb.ts";
import { clientAt, uploaded } from "./client.ts";
import { wedge } from "./wedge.ts";

interface Made {
  artifact_id: string;
  media_type: string;
  meta: Record<string, number>;
}

let dir: string;
let stack: Stack;
let client: Client;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "myspinbot-pictures-"));
  stack = await startStack({ dir });
  client = clientAt(stack.gateway.url);
});
afterAll(async () => {
  await stack.stop();
  rmSync(dir, { recursive: true, force: true });
});

const upload = (bytes: Uint8Array, mediaType: string): Promise<{ file_id: string }> =>
  uploaded(client, { bytes: new Uint8Array(bytes), mediaType });

/** The run after its end. */
async function run(graph: string, input: Record<string, unknown>): Promise<Run> {
  const { run_id } = await client.runs.submit({ graph, input });
  return client.runs.watch(run_id);
}

async function bytesOf({ artifact_id }: Made): Promise<Buffer> {
  return Buffer.from(await client.artifacts.bytes(artifact_id));
}

it("lists the graphs with the schemas of their inputs", async () => {
  const graphs = await client.catalogue.graphs();
  const names = [
    "best-take",
    "image-to-video",
    "speak",
    "talking-avatar",
    "talking-scenes",
    "upscale-batch",
    "upscale-image",
    "upscale-video",
  ];
  expect(graphs.map(({ name }) => name).toSorted()).toEqual(names);
});

it("enlarges a picture, makes a film of it, and enlarges the film", async () => {
  const [small, large] = [join(dir, "small.png"), join(dir, "large.png")];
  writeFileSync(small, wedge(64));
  // As a person does it.
  const wished = ["--image", small, "--factor", "2", "--kind", "drawing", "--out", large, "--json"];
  const typed = await msb(["run", "upscale-image", ...wished], { env: { MSB_URL: stack.gateway.url } });
  expect(typed.status, typed.stderr).toBe(0);
  const enlarged = JSON.parse(typed.stdout) as Run;
  const picture = enlarged.output!.image as Made;
  expect(picture).toMatchObject({ media_type: "image/png", meta: { width: 128, height: 128 } });
  expect((await bytesOf(picture)).readUInt32BE(16)).toBe(128);
  expect(readFileSync(large)).toEqual(await bytesOf(picture));
  expect(enlarged.nodes).toMatchObject([{ engine: "esrgan" }]);

  const again = await upload(await bytesOf(picture), "image/png");
  const moved = await run("image-to-video", { image: again, move: "pan_left", duration_s: 1, size: 128 });
  expect(moved, JSON.stringify(moved.error)).toMatchObject({ status: "succeeded" });
  expect(moved.output!.depth_by).toBe("none");
  const film = moved.output!.video as Made;
  expect(film.meta).toEqual({ width: 128, height: 128, fps: 25, duration_s: 1 });

  const video = await upload(await bytesOf(film), "video/mp4");
  const larger = await run("upscale-video", { video, factor: 2 });
  expect(larger, JSON.stringify(larger.error)).toMatchObject({ status: "succeeded" });
  expect((larger.output!.video as Made).meta).toEqual({ width: 256, height: 256, fps: 25, duration_s: 1 });
  expect(larger.nodes).toMatchObject([{ engine: "esrgan" }]);
});

it("says which field is wrong with a film that is none", async () => {
  const bytes = Buffer.concat([Buffer.from("\0\0\0\x18ftypisom", "latin1"), Buffer.alloc(200)]);
  const failed = await run("upscale-video", { video: await upload(bytes, "video/mp4") });
  expect(failed.status).toBe("failed");
  expect(failed.error).toMatchObject({ code: "invalid-video", class: "permanent" });
  expect(failed.error!.errors).toMatchObject([{ pointer: "/inputs/video" }]);
});
