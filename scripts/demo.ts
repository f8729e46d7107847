/** `npm run demo`: the real system on this machine makes one film of a talking face, or of several. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { createClient } from "@myspinbot/client/client.ts";
import { ClientError } from "@myspinbot/client/errors.ts";
import { systemRuntime } from "@myspinbot/client/runtime.ts";
import { UsageError } from "./command-line.mjs";
import { type DemoOptions, parseDemoOptions } from "./demo/options.ts";
import { makeFilm, RunFailed } from "./demo/run-demo.ts";
import { aborted, untilStopped } from "./lifetime.ts";
import { ROOT } from "./services/binaries.ts";
import { ServiceError } from "./services/service.ts";
import { type Stack, startStack } from "./services/stack.ts";
import { phrase, running } from "./setup/holders.mjs";
import { takeFolder } from "./sole-owner.ts";

const FOLDER = join(ROOT, ".data", "demo");
const STATE = join(FOLDER, "state");

const stopped = untilStopped();
let stack: Stack | undefined;
try {
  await demo(parseDemoOptions(process.argv.slice(2)));
} catch (error) {
  process.exitCode = stopped.aborted ? 130 : error instanceof UsageError ? 2 : 1;
  const expected = [UsageError, ClientError, RunFailed, ServiceError].some((type) => error instanceof type);
  const gap = error instanceof UsageError ? "" : "\n";
  if (!stopped.aborted) console.error(expected ? `${gap}${(error as Error).message}` : error);
} finally {
  await stack?.stop();
}
// Whatever still waits (a socket kept alive, a timer) waits for a system that is gone.
process.exit();

function whose(): string {
  const other = running().find(({ command, pid }) => command === "npm run demo" && pid !== process.ppid);
  return other === undefined ? "" : `, ${phrase(other)}`;
}

async function demo(options: DemoOptions): Promise<void> {
  if (!(await takeFolder(FOLDER)))
    throw new UsageError(`A demo runs already in this checkout${whose()}: stop it first.`);
  // The state of an earlier demo is of no use: its runs would go on and slow this one down.
  rmSync(STATE, { recursive: true, force: true });
  const began = performance.now();
  console.log("Starting Valkey, SeaweedFS, gateway and gpu-node ...");
  const starting = startStack({
    dir: STATE,
    // A person who stops the demo does not wait for a film that nobody will see.
    gatewayEnv: { GATEWAY_DRAIN_GRACE_MS: "500", GATEWAY_WEBHOOK_LOCAL: "true" },
    gpuNodeEnv: { GPU_NODE_DRAIN_GRACE_MS: "500" },
  });
  stack = await Promise.race([starting, aborted(stopped).then(() => undefined)]);
  // Stopped while starting: the services' guards end them together with this process.
  if (stack === undefined) throw new ServiceError("stopped");

  const { url } = stack.gateway;
  console.log(`${url}  is the page, for this machine only: open it to watch, or to make your own.\n`);
  const film = await makeFilm(
    { client: createClient({ base: url, runtime: systemRuntime }), signal: stopped },
    options,
    (runId) => options.out ?? join(FOLDER, "videos", `${runId}.mp4`),
  );
  const { width, height, duration_s = 0 } = film.video.meta;
  const facts = `${duration_s.toFixed(1)} s, ${width}x${height}, ${(film.bytes / 1e6).toFixed(1)} MB`;
  const seconds = ((performance.now() - began) / 1000).toFixed(0);
  const places = [["video", film.path], ...film.beside, ["run", `${url}/v1/runs/${film.run.run_id}`]];
  const lines = places.map(([name = "", place]) => `\n  ${name.padEnd(8)} ${place}`);
  console.log(`\nDone in ${seconds} s: ${facts}${lines.join("")}`);
  if (options.exit || !process.stdout.isTTY) return;
  console.log("\nStill serving; Ctrl-C stops everything.");
  await aborted(stopped);
}
