/** What uploads cost a Worker: as much memory as is under way, however much they bring. */
import { readFileSync, writeFileSync } from "node:fs";
import type { File } from "@myspinbot/contracts/types.ts";
import { DEFAULTS } from "@myspinbot/contracts/wire.ts";
import { freshBucket, type S3Access } from "@myspinbot/services/seaweed.ts";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { createEdgeHarness, type EdgeHarness } from "../../../test/edge-harness.ts";
import { sha256Hex } from "../../graphs/digest.ts";

const AT_ONCE = 8;
const MOST_GROWTH = 40 * 1024 * 1024;

let store: S3Access;
let h: EdgeHarness;

beforeAll(async () => {
  store = await freshBucket(inject("store"));
  h = await createEdgeHarness("bytes", store);
}, 120_000);
afterAll(() => h.close());

const film = new Uint8Array(DEFAULTS.file_bytes).fill(7);
film.set([0, 0, 0, 24, ...new TextEncoder().encode("ftypisom")]);

async function upload(): Promise<File> {
  const headers = { "content-type": "video/mp4" };
  const answer = await h.ask("/v1/files", { method: "POST", body: film, headers });
  const text = await answer.text();
  expect(answer.status, text).toBe(201);
  return JSON.parse(text) as File;
}

/** Of the Worker's process, in bytes. */
function memory(what: "VmRSS" | "VmHWM"): number {
  const status = readFileSync(`/proc/${h.edge.service.pid}/status`, "utf8");
  return Number(new RegExp(`^${what}:\\s+(\\d+) kB$`, "m").exec(status)?.[1]) * 1024;
}

it.runIf(process.platform === "linux")(
  `takes ${AT_ONCE} of the largest files at once without holding any of them`,
  async () => {
    const sha256 = await sha256Hex(film);
    // What the first one loads is not what bytes cost.
    await upload();
    const before = memory("VmRSS");
    writeFileSync(`/proc/${h.edge.service.pid}/clear_refs`, "5");
    const files = await Promise.all(Array.from({ length: AT_ONCE }, upload));
    const grown = memory("VmHWM") - before;
    expect(files.map((file) => [file.size, file.sha256])).toEqual(files.map(() => [film.length, sha256]));
    expect(grown).toBeLessThan(MOST_GROWTH);
  },
);
