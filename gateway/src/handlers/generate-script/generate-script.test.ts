import { describe, expect, it } from "vitest";
import type { GenerateScriptInputs, GenerateScriptOutputs } from "@myspinbot/contracts/types.ts";
import { nodeTypeValidators } from "@myspinbot/contracts/validators.js";
import { generateScript } from "./generate-script.ts";
import { sentenceSeconds, speechSeconds } from "./seconds.ts";
import spoken from "./spoken.json" with { type: "json" };
import { TONE_NAMES } from "./tones.ts";

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
  it.each(TOPICS.flatMap((topic) => [4, 8, 11, 30, 60, 120].map((seconds) => [topic, seconds] as const)))(
    "%j is told in about %d seconds",
    async (topic, duration_s) => {
      for (let seed = 0; seed < 10; seed += 1) {
        const { narration } = await write({ topic }, { seed, duration_s });
        const miss = Math.abs(speechSeconds(narration) - duration_s);
        expect(miss, narration).toBeLessThanOrEqual(Math.max(1.5, duration_s * 0.06));
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

  it.each([["a ".repeat(2500)], ["{t} {count} $& $1"], ["\u0000\u202Eevil\u0007 topic"], ["x".repeat(5000)]])(
    "that is odd still makes valid outputs",
    async (topic) => {
      const outputs = await write({ topic }, { duration_s: 3 });
      expect(nodeTypeValidators.generate_script?.outputs(outputs)).toBe(true);
      expect(outputs.narration).not.toMatch(/\p{Cc}/u);
    },
  );
});

describe("markup and other scripts", () => {
  it.each([
    ["<b>black</b> holes<script>alert(1)</script>", "black holes"],
    ["**black holes**", "black holes"],
    ["[black holes](https://example.org/a)", "black holes"],
    ["\u202Eblack\u202C holes\u200F", "black holes"],
    ["black\nholes\u0007", "black holes"],
    ["\u{1D41B}lack holes", "black holes"],
  ])("%j is told like %j", async (topic, plain) => {
    expect(await write({ topic })).toEqual(await write({ topic: plain }));
  });

  it.each([
    [{ topic: "<b></b>" }, "text-empty", "/inputs/topic"],
    [{ topic: "\u{1F600}" }, "text-empty", "/inputs/topic"],
    [{ topic: "\u6771\u4EAC" }, "language-unsupported", "/inputs/topic"],
    [{ topic: "the city of \u6771\u4EAC" }, "language-unsupported", "/inputs/topic"],
    [{ topic: "\u041F\u0440\u0438\u0432\u0435\u0442" }, "language-unsupported", "/inputs/topic"],
    [
      { topic: "tea", audience: "\u0645\u0631\u062D\u0628\u0627" },
      "language-unsupported",
      "/inputs/audience",
    ],
    [{ topic: "a".repeat(5001) }, "text-too-long", "/inputs/topic"],
    [{ text: "\n".repeat(5000) }, "text-empty", "/inputs/text"],
    [{ text: "a".repeat(100_000) }, "text-too-long", "/inputs/text"],
  ])("refuses what cannot be said: %j", async (inputs, code, pointer) => {
    await expect(write(inputs)).rejects.toMatchObject({
      code,
      extensions: { errors: [{ pointer, detail: expect.any(String) as string }] },
    });
  });

  it("keeps a Greek letter that stands for itself", async () => {
    expect((await write({ topic: "the number \u03C0" })).title).toBe("The number \u03C0");
  });
});

describe("the estimated length", () => {
  it.each(spoken)("is that of the voices: $text", ({ text, seconds }) => {
    expect(Math.abs(speechSeconds(text) / seconds - 1)).toBeLessThanOrEqual(0.1);
  });

  it("was met by narrations that voices have spoken", () => {
    for (const { wanted_s, seconds } of spoken)
      expect(Math.abs(seconds / wanted_s - 1)).toBeLessThanOrEqual(0.1);
  });

  it("counts commas, sentences and syllables", () => {
    expect(sentenceSeconds("")).toBe(0);
    expect(sentenceSeconds("One, two.")).toBeGreaterThan(sentenceSeconds("One two."));
    expect(sentenceSeconds("One. Two.")).toBeGreaterThan(sentenceSeconds("One two."));
    expect(sentenceSeconds("Banana.")).toBeGreaterThan(sentenceSeconds("Thinks."));
  });
});

describe("tone and audience", () => {
  it.each(TONE_NAMES)("%s changes how the viewers are addressed", async (tone) => {
    const inputs = { topic: "black holes", duration_s: 40 };
    const { narration } = await write({ ...inputs, tone });
    const { narration: plain } = await write(inputs);
    expect(narration === plain).toBe(tone === "plain");
  });

  it("names the audience once", async () => {
    const { narration } = await write({ topic: "tea", audience: " my neighbors.\n", duration_s: 20 });
    expect(narration.match(/for my neighbors\./gu)).toHaveLength(1);
  });

  it("of an audience without words nothing is said", async () => {
    const { narration } = await write({ topic: "tea", audience: " ?! " });
    expect(narration).toBe((await write({ topic: "tea" })).narration);
  });

  it.each([
    [{ tone: "angry" }, "/inputs/tone"],
    [{ duration_s: 2 }, "/inputs/duration_s"],
    [{ duration_s: 121 }, "/inputs/duration_s"],
    [{ duration_s: Number.NaN }, "/inputs/duration_s"],
  ])("refuses %j and names the field", async (wrong, pointer) => {
    await expect(write({ topic: "tea", ...wrong })).rejects.toMatchObject({
      code: "invalid-input",
      extensions: { errors: [{ pointer }] },
    });
  });
});
