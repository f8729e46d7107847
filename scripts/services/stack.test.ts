import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { seaweedFlags } from "./seaweed-config.ts";
import { assertRoom } from "./stack.ts";

test("a disk that is nearly full is named before anything starts on it", () => {
  expect(() => assertRoom("/data", 50e6)).toThrow("The disk of /data has 50 MB free, of at least 134 MB");
  expect(() => assertRoom(join(tmpdir(), "not-there"))).not.toThrow();
});

test("room is counted in bytes, not in hundredths of the disk", () => {
  // Some gigabytes of a large disk are less than a hundredth of it, and enough.
  expect(() => assertRoom("/data", 3.2e9)).not.toThrow();
  const flags = Object.values(seaweedFlags({ s3: 1, master: 2, volume: 3, filer: 4 }, "127.0.0.1")).flat();
  expect(flags.filter((flag) => flag.includes("minFreeSpace"))).toEqual(["-minFreeSpace=64MiB"]);
});
