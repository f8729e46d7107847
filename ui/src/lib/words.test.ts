/** How people are told numbers and times. */
import { describe, expect, it } from "vitest";
import { ago, bytes, count, duration, human, moment, secondOf } from "./words.ts";

describe("words for people", () => {
  it.each([
    [human, "prepare_portrait", "Prepare portrait"],
    [human, "speech.2", "Speech 3"],
    [human, "film.script", "Film script"],
    [duration, -5, "0.0 s"],
    [duration, 9_940, "9.9 s"],
    [duration, 59_400, "59 s"],
    [duration, 59_600, "1 min 00 s"],
    [duration, 80_000, "1 min 20 s"],
    [duration, 7_500_000, "2 h 05 min"],
    [ago, -1_000, "just now"],
    [ago, 59_000, "just now"],
    [ago, 3_599_000, "59 min ago"],
    [ago, 90_000_000, "1 d ago"],
    [bytes, 999, "999 B"],
    [bytes, 1_400, "1 kB"],
    [bytes, 20_000_000, "20.0 MB"],
  ] as [(value: unknown) => string, unknown, string][])("%o says of %j: %s", (say, value, words) => {
    expect(say(value)).toBe(words);
  });

  it("counts one thing and several", () => {
    expect([count(1, "task"), count(2, "task"), count(0, "box", "boxes")]).toEqual([
      "1 task",
      "2 tasks",
      "0 boxes",
    ]);
  });

  it("tells times by the watch here, and the day where that is another", () => {
    const at = new Date(2026, 0, 5, 14, 5, 9);
    const later = (days: number) => new Date(2026, 0, 5 + days, 0, 1).getTime();
    expect(moment(at.toISOString(), later(0))).toMatch(/^(14:05|02:05.PM)$/);
    expect(moment(at.toISOString(), later(1))).toMatch(/5.*(14:05|02:05.PM)$/);
    expect(secondOf(at.toISOString())).toMatch(/^(14:05:09|02:05:09.PM)$/);
  });
});
