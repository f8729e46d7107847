/** `npm run dev:edge`: the Worker in the local runtime, and around it what runs at home: Redis, store, driver, gpu-node. */
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { aborted, untilStopped } from "./lifetime.ts";
import { ownKey } from "./own-key.ts";
import { restartOnChange } from "./restart-on-change.ts";
import { ROOT } from "./services/binaries.ts";
import { bundleEdge } from "./services/edge-bundle.ts";
import { startEdge } from "./services/edge.ts";
import { assertFree } from "./services/ports.ts";
import { secretFiles } from "./services/secret-files.ts";
import { ServiceError } from "./services/service.ts";
import { startStack } from "./services/stack.ts";
import { takeFolder } from "./sole-owner.ts";

/** Its own, because its Redis has a key and then everybody needs one. */
const FOLDER = join(ROOT, ".data", "dev-edge");
const EDGE_PORT = 8787;
const HOME_PORT = 8789;
const GPU_NODE_PORT = 8788;
const MINUTE_MS = 60_000;
/** What gateway and Worker are made of. */
const OURS = ["gateway/src", "codegen/generated/ts", "graphs", "schemas"];
const HASTY = "1000";

const stopped = untilStopped();
try {
  if (!(await takeFolder(FOLDER)))
    throw new ServiceError("npm run dev:edge runs already in this checkout: stop it first.");
  await assertFree(EDGE_PORT, HOME_PORT, GPU_NODE_PORT);
  const bundle = await bundleEdge(join(FOLDER, "bundle"));
  const drainToken = randomBytes(32).toString("hex");
  const stack = await startStack({
    dir: FOLDER,
    gatewayPort: HOME_PORT,
    gpuNodePort: GPU_NODE_PORT,
    gatewayEnv: {
      GATEWAY_DRAIN_GRACE_MS: HASTY,
      GATEWAY_SHOW_FAILURES: "true",
      GATEWAY_WEBHOOK_LOCAL: "true",
    },
    gpuNodeEnv: {
      GPU_NODE_DRAIN_GRACE_MS: HASTY,
      GPU_NODE_SHOW_FAILURES: "true",
      ...secretFiles(join(FOLDER, "gpu-node"), {
        GPU_NODE_DRAIN_URL: `http://drain:${drainToken}@127.0.0.1:${EDGE_PORT}`,
      }),
    },
    inheritOutput: true,
  });
  const { valkey, seaweed } = stack;
  const edge = await startEdge({
    dir: join(FOLDER, "edge"),
    ...{ bundle, port: EDGE_PORT, inheritOutput: true },
    redisUrl: valkey.urlOf("gateway"),
    s3: seaweed,
    env: { GATEWAY_WEBHOOK_LOCAL: "true", GATEWAY_DRAIN_TOKEN: drainToken },
  });
  restartOnChange(edge.service, OURS, () => bundleEdge(join(FOLDER, "bundle")));
  restartOnChange(stack.gateway.service, OURS);
  restartOnChange(stack.gpuNode.service, ["gpu-node/src"]);
  // Nothing of the local runtime does it by itself.
  const cron = setInterval(() => {
    edge.tick().catch((error: unknown) => console.error(`cron: ${(error as Error).message}`));
  }, MINUTE_MS);
  const key = ownKey(FOLDER, valkey.urlOf("gateway"));
  console.log(`edge ${edge.url}  home ${stack.gateway.url}  key ${key}  drain token ${drainToken}`);
  await aborted(stopped);
  clearInterval(cron);
  await edge.stop();
  await stack.stop();
} catch (error) {
  if (!(error instanceof ServiceError)) throw error;
  // What was ended with us has not failed.
  if (!stopped.aborted) console.error(error.message);
  process.exitCode = stopped.aborted ? 130 : 1;
}
process.exit();
