/** `npm run dev`: everything running, gateway and gpu-node started again when their code changes. */
import { join } from "node:path";
import { extensionFolders } from "./extension-folders.ts";
import { aborted, untilStopped } from "./lifetime.ts";
import { restartOnChange } from "./restart-on-change.ts";
import { ROOT } from "./services/binaries.ts";
import { assertFree } from "./services/ports.ts";
import { ServiceError } from "./services/service.ts";
import { startStack } from "./services/stack.ts";
import { takeFolder } from "./sole-owner.ts";

const FOLDER = join(ROOT, ".data", "dev");
const GATEWAY_PORT = 8787;
const GPU_NODE_PORT = 8788;

const foldersOf = (variable: string): string[] => extensionFolders(process.env[variable] ?? "", ROOT);

const stopped = untilStopped();
try {
  if (!(await takeFolder(FOLDER)))
    throw new ServiceError("npm run dev runs already in this checkout: stop it first.");
  await assertFree(GATEWAY_PORT, GPU_NODE_PORT);
  const stack = await startStack({
    dir: FOLDER,
    gatewayPort: GATEWAY_PORT,
    gpuNodePort: GPU_NODE_PORT,
    gatewayEnv: {
      GATEWAY_DRAIN_GRACE_MS: "1000",
      GATEWAY_SHOW_FAILURES: "true",
      GATEWAY_WEBHOOK_LOCAL: "true",
    },
    gpuNodeEnv: { GPU_NODE_DRAIN_GRACE_MS: "1000", GPU_NODE_SHOW_FAILURES: "true" },
    inheritOutput: true,
  });
  const ours = ["gateway/src", "codegen/generated/ts", "graphs", "schemas"];
  restartOnChange(stack.gateway.service, [...ours, ...foldersOf("GATEWAY_EXTENSIONS")]);
  restartOnChange(stack.gpuNode.service, ["gpu-node/src", ...foldersOf("GPU_NODE_EXTENSIONS")]);
  console.log(
    `gateway ${stack.gateway.url}  redis ${stack.valkey.url.replace(/\/\/[^@]+@/, "//")} (users and passwords in ${join(FOLDER, "redis", "passwords.json")})  s3 ${stack.seaweed.endpoint}`,
  );
  await aborted(stopped);
  await stack.stop();
} catch (error) {
  if (!(error instanceof ServiceError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
process.exit();
