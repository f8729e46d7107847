/** Shipped graphs that go over lists and fall back, as a client uses them, to pictures and sound that can be opened. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Client } from "@myspinbot/client/client.ts";
import type { Graph, Run } from "@myspinbot/contracts/types.ts";
import { startStack, type Stack } from "@myspinbot/services/stack.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { clientAt, refusalOf, uploaded } from "./client.ts";
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
  dir = mkdtempSync(join(tmpdir(), "myspinbot-lists-"));
  const models = join(dir, "no-models");
  mkdirSync(models);
  // A box without model files: the engines that need some are not there.
  stack = await startStack({ dir, gpuNodeEnv: { GPU_NODE_MODELS_DIR: models } });
  client = clientAt(stack.gateway.url);
});
afterAll(async () => {
  await stack.stop();
  rmSync(dir, { recursive: true, force: true });
});

/** The run after its end. */
async function run(graph: string, input: Record<string, unknown>): Promise<Run> {
  const { run_id } = await client.runs.submit({ graph, input });
  return client.runs.watch(run_id);
}

async function bytesOf({ artifact_id }: Made): Promise<Buffer> {
  return Buffer.from(await client.artifacts.bytes(artifact_id));
}

const statusOf = ({ nodes }: Run): string[] => nodes.map(({ node_id, status }) => `${node_id} ${status}`);

describe("upscale-batch", () => {
  it("enlarges all pictures in order and leaves out the one that cannot be read", async () => {
    const sizes = [32, 48, 64];
    const good = await Promise.all(
      sizes.map((size) => uploaded(client, { bytes: new Uint8Array(wedge(size)), mediaType: "image/png" })),
    );
    const cut = await uploaded(client, {
      bytes: new Uint8Array(wedge(64).subarray(0, 60)),
      mediaType: "image/png",
    });
    const images = [good[0], cut, good[1], good[2]];
    const ended = await run("upscale-batch", { images, kind: "drawing" });
    expect(ended, JSON.stringify(ended.error)).toMatchObject({
      status: "succeeded",
      progress: { percent: 100 },
    });
    const pictures = ended.output!.images as Made[];
    expect(pictures.map(({ meta }) => meta)).toEqual(sizes.map((n) => ({ width: 2 * n, height: 2 * n })));
    for (const [i, picture] of pictures.entries())
      expect((await bytesOf(picture)).readUInt32BE(16)).toBe(2 * sizes[i]!);
    expect(statusOf(ended)).toEqual([
      "upscale.0 succeeded",
      "upscale.1 failed",
      "upscale.2 succeeded",
      "upscale.3 succeeded",
    ]);
    expect(ended.nodes[1]!.error).toMatchObject({ code: "invalid-image", class: "permanent" });
  });

  it.each([
    [[], "/input/images"],
    [Array.from({ length: 51 }, () => ({ file_id: "file_01KA7QJ3N8XW5V2M4T6R9C1D0E" })), "/input/images"],
    ["a", "/input/images"],
    [["a"], "/input/images/0"],
  ])("refuses what is no list of some pictures", async (images, pointer) => {
    const problem = await refusalOf(client.runs.submit({ graph: "upscale-batch", input: { images } }));
    expect([problem.status, problem.errors?.map((error) => error.pointer)]).toEqual([422, [pointer]]);
  });
});

describe("speak", () => {
  const text = "Hello there.";
  const riff = async (ended: Run): Promise<string> =>
    (await bytesOf(ended.output!.audio as Made)).subarray(0, 4).toString("latin1");

  it("takes the best voice of those that are there, without those that are not", async () => {
    const { node_types } = await client.catalogue.capabilities();
    const engines = node_types.find(({ type }) => type === "synthesize_speech")!.engines;
    expect(engines.find(({ name }) => name === "kokoro")).toMatchObject({ available: false });
    const ended = await run("speak", { text });
    expect(ended, JSON.stringify(ended.error)).toMatchObject({ status: "succeeded" });
    expect(ended.nodes[0]!.engine).toBe("hibari");
    expect(statusOf(ended)).toEqual(["wished succeeded", "plain skipped", "last skipped"]);
    expect(await riff(ended)).toBe("RIFF");
  });

  it("falls back to a voice that is there when the one that was wished cannot speak", async () => {
    const ended = await run("speak", { text, voice: { name: "nobody" } });
    expect(ended, JSON.stringify(ended.error)).toMatchObject({ status: "succeeded" });
    expect(statusOf(ended)).toEqual(["wished failed", "plain succeeded", "last skipped"]);
    expect(ended.nodes[0]!.error).toMatchObject({ code: "unknown-voice" });
    expect(ended.output!.voice).toEqual({ name: "heart" });
    expect(await riff(ended)).toBe("RIFF");
  });

  it("goes on without a voice that no box has", async () => {
    const speaker = { type: "synthesize_speech", plane: "python" as const, inputs: { text: "$input.text" } };
    const graph: Graph = {
      name: "fallback",
      input: { text: "Text" },
      nodes: [
        { id: "best", engine: "kokoro", ...speaker },
        { id: "plain", engine: "hibari", ...speaker },
      ],
      edges: [{ from: "best", to: "plain", on: "failure" }],
      output: { audio: { $any: ["$best.audio", "$plain.audio"] } },
    };
    const { run_id } = await client.runs.submit({ graph, input: { text } });
    const ended = await client.runs.watch(run_id);
    expect(ended, JSON.stringify(ended.error)).toMatchObject({ status: "succeeded" });
    expect(statusOf(ended)).toEqual(["best failed", "plain succeeded"]);
    expect(ended.nodes[0]!.error).toMatchObject({ code: "engine-unavailable" });
    expect(await riff(ended)).toBe("RIFF");
    const alone = { ...graph, nodes: graph.nodes.slice(0, 1), edges: [], output: { audio: "$best.audio" } };
    const problem = await refusalOf(client.runs.submit({ graph: alone, input: { text } }));
    expect(problem.code).toBe("engine-unavailable");
  });

  it("fails with the last voice's reason when none can", async () => {
    const ended = await run("speak", { text: "\u041F\u0440\u0438\u0432\u0435\u0442, \u043C\u0438\u0440" });
    expect(ended.status).toBe("failed");
    expect(statusOf(ended)).toEqual(["wished failed", "plain failed", "last failed"]);
    expect(ended.error).toMatchObject({ code: "language-unsupported" });
  });
});

describe("best-take", () => {
  it("speaks a text several times and keeps the take that is spoken best", async () => {
    const text = "The old man walked slowly down the street.";
    const takes = [{ speed: 2 }, { speed: 1 }, { voice: { name: "nobody" } }, { speed: 0.5 }];
    const ended = await run("best-take", { text, takes });
    expect(ended, JSON.stringify(ended.error)).toMatchObject({ status: "succeeded" });
    // The third has no such voice and is left out of the list.
    const { audio, scores, index } = ended.output! as unknown as {
      audio: Made;
      scores: { takes: { score: number; pace: number }[] };
      index: number;
    };
    expect(scores.takes).toHaveLength(3);
    const [fast, usual, slow] = scores.takes.map(({ pace }) => pace);
    expect(fast).toBeGreaterThan(usual!);
    expect(usual).toBeGreaterThan(slow!);
    expect(index).toBe(1);
    expect((await bytesOf(audio)).subarray(0, 4).toString("latin1")).toBe("RIFF");
    expect(statusOf(ended)).toEqual([
      "speech.0 succeeded",
      "speech.1 succeeded",
      "speech.2 failed",
      "speech.3 succeeded",
      "best succeeded",
    ]);
  });
});
