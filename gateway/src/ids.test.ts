import { expect, it } from "vitest";
import { decodeTime, isValid } from "ulid";
import { newErrorId, newId, newPlainId } from "./ids.ts";

it("makes ids as ulid reads them: the time, and any character by chance", () => {
  const before = Date.now();
  const ids = Array.from({ length: 2000 }, () => newErrorId());
  for (const id of ids) {
    expect(isValid(id)).toBe(true);
    expect(decodeTime(id)).toBeGreaterThanOrEqual(before);
    expect(decodeTime(id)).toBeLessThanOrEqual(Date.now());
  }
  for (let at = 10; at < 26; at += 1) expect(new Set(ids.map((id) => id[at])).size, `at ${at}`).toBe(32);
});

it("makes ids that name their shard and are never made twice", () => {
  const ids = Array.from({ length: 5000 }, () => newId("task", "s2"));
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(id).toMatch(/^task_s2_[0-7][0-9A-HJKMNP-TV-Z]{25}$/);
  expect(newPlainId("file")).toMatch(/^file_[0-7][0-9A-HJKMNP-TV-Z]{25}$/);
});
