/** What the last node would refuse is refused before anything is said: over the whole system, with embedded engines. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Client } from "@myspinbot/client/client.ts";
import type { Event, Problem } from "@myspinbot/contracts/types.ts";
import { startStack, type Stack } from "@myspinbot/services/stack.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { clientAt, uploaded } from "./client.ts";

const TOPIC = "The history of tea";
const RATE = 16_000;

let dir: string;
let stack: Stack;
let client: Client;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "myspinbot-ahead-"));
  stack = await startStack({ dir });
  client = clientAt(stack.gateway.url);
});
afterAll(async () => {
  await stack.stop();
  rmSync(dir, { recursive: true, force: true });
});

/** All events of a run of `talking-avatar`, from its start to its end. */
async function eventsOf(input: Record<string, unknown>): Promise<Event[]> {
  const { run_id } = await client.runs.submit({ graph: "talking-avatar", input });
  const events: Event[] = [];
  for await (const frame of client.runs.follow(run_id, { after: 0 }))
    if (frame.kind === "event") events.push(frame.event);
  return events;
}

/** The run failed by this node's refusal of this input, and nothing was said before. */
function expectRefused(events: Event[], node: string, code: string, pointer: string): Problem {
  const last = events.at(-1)!;
  expect(last.type, JSON.stringify(last)).toBe("run.failed");
  const { error } = last.data as { error: Problem };
  expect(error).toMatchObject({ instance: node, code, class: "permanent" });
  expect(error.errors?.map((each) => each.pointer)).toEqual([`/inputs/${pointer}`]);
  const late = ["speech", "visemes", "video", "upscaled", "final"];
  // Speech may have begun beside the check of an earlier task; it is stopped with the run.
  const made = events.filter((event) => event.type === "node.succeeded").map((event) => event.node_id);
  expect(made.filter((id) => late.includes(id!))).toEqual([]);
  return error;
}

/** A WAV file of one channel. */
function wav(samples: Int16Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(44 + samples.byteLength);
  const view = new DataView(bytes.buffer);
  const text = (at: number, word: string): void => bytes.set(new TextEncoder().encode(word), at);
  text(0, "RIFF");
  view.setUint32(4, 36 + samples.byteLength, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, RATE, true);
  view.setUint32(28, RATE * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  text(36, "data");
  view.setUint32(40, samples.byteLength, true);
  bytes.set(new Uint8Array(samples.buffer), 44);
  return bytes;
}

/** Eight seconds. */
const silence = (): Int16Array => new Int16Array(8 * RATE);
const tone = (): Int16Array => silence().map((_, i) => 9000 * Math.sin((2 * Math.PI * 440 * i) / RATE));

describe("talking-avatar refuses before it speaks", () => {
  it.each([
    ["title", "你好"],
    ["title", "🎉 Party 🎉"],
    ["end_text", "नमस्ते"],
  ])("a card in a script without a font: %s %s", async (name, text) => {
    const error = expectRefused(
      await eventsOf({ topic: TOPIC, [name]: text }),
      "final",
      "invalid-input",
      name,
    );
    expect(error.detail).toMatch(/font/i);
  });

  it.each([
    ["silence", silence],
    ["a tone", tone],
    ["half a second", () => tone().slice(0, RATE / 2)],
  ])("a clip that no voice can follow: %s", async (_, make) => {
    const clip = await uploaded(client, { bytes: wav(make()), mediaType: "audio/wav" });
    const events = await eventsOf({ topic: TOPIC, voice: { ...clip, consent: true } });
    expectRefused(events, "speech", "unfit-voice-clip", "voice");
  });

  it.each([
    "Guten Tag. Wie geht es Ihnen heute?",
    "Buenos días. ¿Cómo está usted hoy? Me alegro mucho de verle.",
    "Привет, мир. Как дела?",
  ])("a text in another language: %s", async (text) => {
    expectRefused(await eventsOf({ text }), "speech", "language-unsupported", "text");
  });
});
