/** `npm run demo:tunnel`: a film by a Worker in the local runtime, a home behind a tunnel and a box behind an edge. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { createClient } from "@myspinbot/client/client.ts";
import { ClientError } from "@myspinbot/client/errors.ts";
import { systemRuntime } from "@myspinbot/client/runtime.ts";
import { CALLER } from "./caller.ts";
import { UsageError } from "./command-line.mjs";
import { type DemoOptions, parseDemoOptions } from "./demo/options.ts";
import { makeFilm, RunFailed } from "./demo/run-demo.ts";
import { aborted, untilStopped } from "./lifetime.ts";
import { ROOT } from "./services/binaries.ts";
import { ServiceError } from "./services/service.ts";
import { takeFolder } from "./sole-owner.ts";
import { EDGE, HOME, startTwoSides, type TwoSides } from "./tunnel/two-sides.ts";

const FOLDER = join(ROOT, ".data", "demo-tunnel");
const STATE = join(FOLDER, "state");

const stopped = untilStopped();
let sides: TwoSides | undefined;
try {
  await demo(parseDemoOptions(process.argv.slice(2), CALLER, "demo:tunnel"));
} catch (error) {
  process.exitCode = stopped.aborted ? 130 : error instanceof UsageError ? 2 : 1;
  const expected = [UsageError, ClientError, RunFailed, ServiceError].some((type) => error instanceof type);
  if (!stopped.aborted) console.error(expected ? (error as Error).message : error);
} finally {
  await sides?.stop();
}
// Whatever still waits waits for a system that is gone.
process.exit();

async function demo(options: DemoOptions): Promise<void> {
  if (!(await takeFolder(FOLDER)))
    throw new UsageError("npm run demo:tunnel runs already in this checkout: stop it first.");
  rmSync(STATE, { recursive: true, force: true });
  console.log("Starting a home (Valkey, SeaweedFS, driver), a Worker, an edge and a gpu-node ...");
  const starting = startTwoSides({ dir: STATE, gpuNodeEnv: { GPU_NODE_DRAIN_GRACE_MS: "500" } });
  sides = await Promise.race([starting, aborted(stopped).then(() => undefined)]);
  // Stopped while starting: the services' guards end them together with this process.
  if (sides === undefined) throw new ServiceError("stopped");

  const { worker, edge, key } = sides;
  console.log(`${worker.url}  is the Worker, with the key ${key}
${HOME}  is home: the Worker comes in by its network binding only
${EDGE}  is the edge: the gpu-node comes in here only, inside WebSockets and HTTPS, with a service token\n`);
  const film = await makeFilm(
    {
      client: createClient({
        base: worker.url,
        runtime: systemRuntime,
        authorization: () => `Bearer ${key}`,
      }),
      signal: stopped,
    },
    options,
    (runId) => options.out ?? join(FOLDER, "videos", `${runId}.mp4`),
  );
  const { opened, bytesUp, bytesDown } = edge.counts;
  const through = `${opened} connections, ${((bytesUp + bytesDown) / 1e3).toFixed(0)} kB of Redis`;
  console.log(`\nDone: ${film.path} (${(film.bytes / 1e6).toFixed(1)} MB); through the edge went ${through}`);
  if (options.exit || !process.stdout.isTTY) return;
  console.log("\nStill serving; Ctrl-C stops everything.");
  await aborted(stopped);
}
