/** How the voices of boxes are called, and under which titles they stand. */
import type { Capabilities } from "@myspinbot/contracts/types.ts";
import { describe, expect, it } from "vitest";
import { voiceGroups, voiceName } from "./voices.ts";

type Voice = NonNullable<Capabilities["node_types"][number]["engines"][number]["voices"]>[number];

function offering(...engines: [available: boolean, ...voices: Voice[]][]): Capabilities {
  const rows = engines.map(([available, ...voices], i) => ({ name: `e${i}`, available, voices }));
  const speaker = { type: "synthesize_speech", plane: "python", executors_online: 1, engines: rows };
  return { node_types: [speaker] } as unknown as Capabilities;
}

describe("voices", () => {
  it.each([
    ["af_heart", "Heart"],
    ["bm_george", "George"],
    ["heart", "Heart"],
    // Neither an accent nor a sex.
    ["my_aunt_may", "My aunt may"],
    ["old_man", "Old man"],
  ])("of the name %s are called %s", (name, called) => {
    expect(voiceName(name)).toBe(called);
  });

  it("stand under their accent and sex, each once, in order", () => {
    const american: Voice = { name: "af_heart", language: "en-US", sex: "female" };
    const known = offering(
      [true, american, { name: "af_bella", language: "en-US", sex: "female" }],
      [true, american, { name: "bm_george", language: "en-GB", sex: "male" }],
      [false, { name: "af_nova", language: "en-US", sex: "female" }],
    );
    expect(voiceGroups(known)).toEqual([
      { title: "American English, female", voices: ["af_bella", "af_heart"] },
      { title: "British English, male", voices: ["bm_george"] },
    ]);
  });

  it.each([
    ["de", "unknown", "German"],
    ["xx", "unknown", "xx"],
    ["no language", "male", "no language, male"],
  ] as const)("of the language %s, sex %s, stand under %s", (language, sex, title) => {
    const [group] = voiceGroups(offering([true, { name: "a", language, sex }]));
    expect(group?.title).toBe(title);
  });

  it("are none where nobody is", () => {
    expect(voiceGroups(undefined)).toEqual([]);
    expect(voiceGroups(offering([true]))).toEqual([]);
  });
});
