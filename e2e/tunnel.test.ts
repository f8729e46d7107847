/** A Worker, a home behind a tunnel and a box behind an edge: nobody comes in another way, and the film is the same. */
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient, type Client } from "@myspinbot/client/client.ts";
import { systemRuntime } from "@myspinbot/client/runtime.ts";
import type { Run, Video } from "@myspinbot/contracts/types.ts";
import { bundleEdge, type EdgeBundle } from "@myspinbot/services/edge-bundle.ts";
import { startEdge } from "@myspinbot/services/edge.ts";
import { remotesOf } from "@myspinbot/services/listeners.ts";
import { isFree } from "@myspinbot/services/ports.ts";
import type { Service } from "@myspinbot/services/service.ts";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { NO_BROWSER, openBrowser } from "./browser.ts";
import { makeKey } from "./make-key.ts";
import { useKey } from "./page/access.ts";
import { forkFilm, makeFilm } from "./page/film.ts";
import { approve, fillWrongly, useKeysAlone } from "./page/forms.ts";
import { type Front, signedIn } from "./page/front.ts";
import { EDGE, HOME, startTwoSides, type TwoSides } from "../scripts/tunnel/two-sides.ts";

let dir: string;
let bundle: EdgeBundle;
let sides: TwoSides;
let client: Client;
/** Where one runs. */
let browser: Browser | undefined;

beforeAll(async () => {
  if (NO_BROWSER === undefined) browser = await openBrowser();
  else if (process.env.CI !== undefined) throw new Error(NO_BROWSER);
  dir = mkdtempSync(join(tmpdir(), "myspinbot-tunnel-"));
  bundle = await bundleEdge(join(dir, "bundle"));
  sides = await startTwoSides({ dir: join(dir, "sides"), bundle });
  client = createClient({
    base: sides.worker.url,
    runtime: systemRuntime,
    authorization: () => `Bearer ${sides.key}`,
  });
});
afterAll(async () => {
  await browser?.close();
  await sides.stop();
  rmSync(dir, { recursive: true, force: true });
});

describe("behind a tunnel", () => {
  let front: Front;
  let film: string;

  it("makes the film, through a killed Worker, with each side connected to nobody but its own way in", async () => {
    const { worker, gpuNode, edge, key } = sides;
    const seen = { worker: new Set<string>(), box: new Set<string>() };
    const watch = (run_id: string): Promise<Run> =>
      client.runs.watch(run_id, {
        onFrame: (frame) => {
          if (frame.kind !== "event" || frame.event.type !== "node.succeeded") return;
          for (const address of remotesIfAny(worker.service)) seen.worker.add(address);
          for (const address of remotesIfAny(gpuNode.service)) seen.box.add(address);
        },
      });
    let run: Run | undefined;
    if (browser === undefined) {
      const input = { text: "Hello through the tunnel.", size: 256 };
      run = await watch((await client.runs.submit({ graph: "talking-avatar", input })).run_id);
    } else {
      front = await signedIn({ browser, base: worker.url, client, called: " edge" }, key);
      let watched: Promise<Run> | undefined;
      film = await makeFilm(front, worker.service, (run_id) => void (watched = watch(run_id)));
      run = await watched;
    }
    expect(run?.status, JSON.stringify(run)).toBe("succeeded");
    expect([...seen.worker]).toEqual([HOME]);
    expect([...seen.box]).toEqual([EDGE]);
    expect(edge.counts.bytesUp).toBeGreaterThan(0);

    const { video } = run!.output as { video: Video };
    const answer = await client.artifacts.content(video.artifact_id);
    const bytes = Buffer.from(await answer.arrayBuffer());
    expect(bytes.subarray(4, 8).toString()).toBe("ftyp");
    expect(createHash("sha256").update(bytes).digest("hex")).toBe(video.sha256);
  });

  it.skipIf(NO_BROWSER !== undefined)(
    "has all of the page: forms, keys alone, again in part, read first, by a key or a link",
    async () => {
      await fillWrongly(front);
      await useKeysAlone(front);
      await forkFilm(front, film);
      await approve(front);
      await useKey(front, film, makeKey(sides.valkey, "runs:write,runs:read,operate"));
    },
  );

  it("is closed to whoever comes another way", async () => {
    const { valkey, seaweed, edge, worker, gpuNode } = sides;
    // Where everything else on this machine is looked for, nobody listens. (SeaweedFS does, beside its address.)
    for (const port of [valkey.port, edge.ports.redis!, edge.ports.store!])
      expect(await isFree(port)).toBe(true);
    // Nor is there a home for a Worker whose binding leads elsewhere.
    const lost = await startEdge({
      ...{ dir: join(dir, "lost"), bundle, s3: seaweed, redisUrl: valkey.urlOf("gateway") },
      reach: ["127.0.0.9/32"],
    });
    onTestFinished(() => lost.stop());
    expect((await fetch(`${worker.url}/readyz`)).status).toBe(200);
    expect((await fetch(`${lost.url}/readyz`)).status).toBe(503);
    // And the edge lets no box in whose token is not the one.
    expect((await fetch(`${gpuNode.url}/readyz`)).status).toBe(200);
    edge.manners.token = { id: "box-1.access", secret: "another" };
    edge.suffer("cut");
    await expect.poll(async () => (await fetch(`${gpuNode.url}/readyz`)).status).toBe(503);
  });
});

/** None between two lives. */
function remotesIfAny(service: Service): Iterable<string> {
  try {
    return remotesOf(service.pid);
  } catch {
    return [];
  }
}
