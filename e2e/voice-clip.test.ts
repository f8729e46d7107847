/** A voice after a clip, as a client sees it: uploaded, agreed to, spoken with; and every way to be refused. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Client } from "@myspinbot/client/client.ts";
import type { Audio, Graph, Run, RunCreate } from "@myspinbot/contracts/types.ts";
import { startStack, type Stack } from "@myspinbot/services/stack.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { clientAt, refusalOf, uploaded } from "./client.ts";

const CLIP_TEXT =
  "We packed the car before sunrise and drove to the coast. My sister brought sandwiches and tea.";
const SPEAK: Graph = {
  name: "speak",
  input: { text: "Text", voice: "Voice?" },
  nodes: [
    {
      id: "speech",
      type: "synthesize_speech",
      plane: "python",
      inputs: { text: "$input.text", voice: "$input.voice?" },
    },
  ],
  output: { audio: "$speech.audio", voice: "$speech.voice" },
};

let dir: string;
let stack: Stack;
let client: Client;
let clip: Uint8Array<ArrayBuffer>;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "myspinbot-voice-"));
  stack = await startStack({ dir });
  client = clientAt(stack.gateway.url);
  const run = await speak({ text: CLIP_TEXT, voice: { name: "heart" } });
  const { artifact_id } = run.output?.audio as Audio;
  clip = await client.artifacts.bytes(artifact_id);
});
afterAll(async () => {
  await stack.stop();
  rmSync(dir, { recursive: true, force: true });
});

async function speak(input: RunCreate["input"]): Promise<Run> {
  const { run_id } = await client.runs.submit({ graph: SPEAK, input: input! });
  return client.runs.watch(run_id);
}

async function upload(bytes: Uint8Array<ArrayBuffer>, mediaType: string): Promise<string> {
  return (await uploaded(client, { bytes, mediaType })).file_id;
}

const engineOf = (run: Run) => run.nodes[0]?.engine;

describe("the voice of a run", () => {
  it("resembles a clip whose speaker agreed, and says that it is an approximate match", async () => {
    const file_id = await upload(clip, "audio/wav");
    const run = await speak({ text: "Hello there.", voice: { file_id, consent: true } });
    expect(run.status, JSON.stringify(run.error)).toBe("succeeded");
    expect(engineOf(run)).toBe("kokoro_match");
    expect(run.output?.voice).toMatchObject({ approximate_match: true });
    expect(run.input).toMatchObject({ voice: { file_id, consent: true } });
  });

  it("is one by name as before", async () => {
    const run = await speak({ text: "Hello there.", voice: { name: "heart" } });
    expect([engineOf(run), run.output?.voice]).toEqual(["hibari", { name: "heart" }]);
  });

  it("is refused with the field when the clip cannot serve", async () => {
    const file_id = await upload(clip.slice(0, clip.length / 2), "audio/wav");
    const run = await speak({ text: "Hello there.", voice: { file_id, consent: true } });
    expect(run.status).toBe("failed");
    expect(run.nodes[0]?.error).toMatchObject({ code: "invalid-audio", class: "permanent" });
    expect(run.nodes[0]?.error?.errors?.[0]?.pointer).toBe("/inputs/voice");
  });

  it("is announced where clips are taken", async () => {
    const { node_types } = await client.catalogue.capabilities();
    const engines = node_types.find(({ type }) => type === "synthesize_speech")?.engines;
    expect(engines?.filter((engine) => engine.takes_clips).map(({ name }) => name)).toEqual(["kokoro_match"]);
  });
});

describe("a request", () => {
  const FILE = "file_01KA7QJ3N8XW5V2M4T6R9C1D0E";
  const artifact = {
    artifact_id: FILE,
    key: `files/${FILE}`,
    media_type: "audio/wav",
    size: 1,
    sha256: "0".repeat(64),
    name: "a.wav",
    meta: {},
  };

  it.each([
    [{ file_id: FILE }, "/input/voice/consent"],
    [{ file_id: FILE, consent: false }, "/input/voice/consent"],
    [{ consent: true }, "/input/voice/file_id"],
    [{}, "/input/voice/name"],
    [{ clip: artifact, consent: true }, "/input/voice/file_id"],
    [{ name: "heart", file_id: FILE, consent: true }, "/input/voice"],
    [{ file_id: FILE, consent: true }, "/input/voice/file_id"],
  ])("with the voice %j is refused at once, with the field", async (voice, pointer) => {
    for (const graph of [SPEAK, "talking-avatar"]) {
      const problem = await refusalOf(client.runs.submit({ graph, input: { text: "Hi.", voice } }));
      expect(problem.status, JSON.stringify(problem)).toBe(422);
      expect(problem.errors?.map((error) => error.pointer)).toContain(pointer);
    }
  });

  it("with a picture as clip, or a clip as a constant of the graph, is refused", async () => {
    const png = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0]);
    const file_id = await upload(png, "image/png");
    const asVoice = await refusalOf(
      client.runs.submit({
        graph: "talking-avatar",
        input: { text: "Hi.", voice: { file_id, consent: true } },
      }),
    );
    expect(asVoice.errors?.[0]?.pointer).toBe("/input/voice/file_id");
    const [node] = SPEAK.nodes;
    const graph: Graph = {
      ...SPEAK,
      nodes: [{ ...node!, inputs: { text: "Hi.", voice: { clip: artifact, consent: true } } }],
    };
    const asConstant = await refusalOf(client.runs.submit({ graph, input: { text: "Hi." } }));
    expect(asConstant.status).toBe(422);
    expect(asConstant.errors?.[0]?.pointer).toMatch(/\/inputs\/voice\/clip$/);
  });

  it.each([
    ["... !?", "/input/text"],
    ["\u{1F600}", "/input/text"],
    ["\n".repeat(5000), "/input/text"],
    ["a".repeat(100_000), "/input/text"],
  ])("with a text that cannot be spoken is refused at once", async (text, pointer) => {
    const problem = await refusalOf(client.runs.submit({ graph: "talking-avatar", input: { text } }));
    expect(problem.status).toBe(422);
    expect(problem.errors?.[0]?.pointer).toBe(pointer);
  });

  it.each([
    ["\u041F\u0440\u0438\u0432\u0435\u0442, \u043C\u0438\u0440", "language-unsupported"],
    ["<b></b>", "text-empty"],
    ["a\n".repeat(2000), "text-too-long"],
  ])("for a text that no voice speaks ends in a failed run that names the field", async (text, code) => {
    const run = await speak({ text });
    expect(run.nodes[0]?.error).toMatchObject({ code, errors: [{ pointer: "/inputs/text" }] });
  });
});
