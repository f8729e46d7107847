import { expect, it } from "vitest";
import { newId, newPlainId } from "./ids.ts";

it("makes ids that name their shard and are never made twice", () => {
  const ids = Array.from({ length: 5000 }, () => newId("task", "s2"));
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(id).toMatch(/^task_s2_[0-7][0-9A-HJKMNP-TV-Z]{25}$/);
  expect(newPlainId("file")).toMatch(/^file_[0-7][0-9A-HJKMNP-TV-Z]{25}$/);
});
