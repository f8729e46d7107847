import { describe, expect, it } from "vitest";
import type { GenerateScriptInputs, GenerateScriptOutputs } from "@myspinbot/contracts/types.ts";
import { nodeTypeValidators } from "@myspinbot/contracts/validators.js";
import { generateScript, WORDS_PER_SECOND } from "./generate-script.ts";
import { countWords } from "./words.ts";

function write(
  inputs: GenerateScriptInputs,
  more: { seed?: number; duration_s?: number } = {},
): Promise<GenerateScriptOutputs> {
  return generateScript({ language: "en", duration_s: 11, seed: 0, ...more }, inputs, undefined as never);
}

const TOPICS = [
  "black holes",
  "Why is the sky blue?",
  "my new bakery in Lisbon",
  "Explain quantum computing to me",
  "We are launching a new app for runners today",
];

describe("a given text", () => {
  it("is used as it is, but for the space around it", async () => {
    const text = "Hello there.  This is\nmine!";
    expect(await write({ text: `  ${text}\n` })).toEqual({ narration: text, title: "Hello there" });
  });

  it("wins over a topic", async () => {
    expect((await write({ text: "Only this.", topic: "black holes" })).narration).toBe("Only this.");
  });

  it.each(["", "   ", "... !?", "\u2014"])("without words is refused: %j", async (text) => {
    await expect(write({ text })).rejects.toMatchObject({ code: "text-empty" });
  });

  it("of 5,000 characters passes, of 5,001 not", async () => {
    expect((await write({ text: "\u{1F600}".repeat(4999) + "a" })).narration).toHaveLength(9999);
    await expect(write({ text: "a".repeat(5001) })).rejects.toMatchObject({ code: "text-too-long" });
  });

  it("gives a title that is one short line", async () => {
    const { title } = await write({ text: `${"many words ".repeat(40)}` });
    expect(title.length).toBeLessThanOrEqual(80);
    expect(title).toMatch(/^Many words .*\u2026$/);
  });
});

describe("a topic", () => {
  it.each(TOPICS.flatMap((topic) => [11, 30, 60, 85].map((duration_s) => [topic, duration_s] as const)))(
    "%j is told in about %d seconds",
    async (topic, duration_s) => {
      for (let seed = 0; seed < 10; seed += 1) {
        const { narration } = await write({ topic }, { seed, duration_s });
        const wanted = duration_s * WORDS_PER_SECOND;
        expect(Math.abs(countWords(narration) - wanted), narration).toBeLessThanOrEqual(
          Math.max(6, wanted * 0.1),
        );
      }
    },
  );

  it.each(TOPICS)("%j makes whole sentences without holes", async (topic) => {
    for (let seed = 0; seed < 50; seed += 1) {
      const { narration, title } = await write({ topic }, { seed, duration_s: 20 });
      expect(narration).not.toMatch(/[{}]|undefined|\s\s|\s[.,!?]|[.!?]{2}/);
      for (const sentence of narration.split(/(?<=[.!?]) /)) expect(sentence).toMatch(/^\p{Lu}.*[.!?]$/u);
      expect(title).toMatch(/^\p{Lu}/u);
    }
  });

  it("makes the same script for the same seed, others for others", async () => {
    const scripts = await Promise.all(
      [1, 1, 2, 3, 4].map((seed) => write({ topic: "black holes" }, { seed })),
    );
    expect(scripts[0]).toEqual(scripts[1]);
    expect(new Set(scripts.map(({ narration }) => narration)).size).toBeGreaterThan(3);
  });

  it("is needed when there is no text, and needs words", async () => {
    await expect(write({})).rejects.toMatchObject({ code: "text-empty" });
    await expect(write({ topic: " ?! " })).rejects.toMatchObject({ code: "text-empty" });
    await expect(write({ topic: "a".repeat(5001) })).rejects.toMatchObject({ code: "text-too-long" });
  });

  it.each([
    ["a ".repeat(2500)],
    ["{t} {count} $& $1"],
    ["\u0000\u202Eevil\u0007 topic"],
    ["\u6771\u4EAC"],
    ["x".repeat(5000)],
  ])("that is odd still makes valid outputs", async (topic) => {
    const outputs = await write({ topic }, { duration_s: 3 });
    expect(nodeTypeValidators.generate_script?.outputs(outputs)).toBe(true);
    expect(outputs.narration).not.toMatch(/\p{Cc}/u);
  });
});
