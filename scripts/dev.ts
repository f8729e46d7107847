/** `npm run dev`: everything running, gateway and gpu-node started again when their code changes. */
import { join, resolve } from "node:path";
import { extensionFolders } from "./extension-folders.ts";
import { aborted, untilStopped } from "./lifetime.ts";
import { ROOT } from "./services/binaries.ts";
import { isFree } from "./services/ports.ts";
import { type Service, ServiceError } from "./services/service.ts";
import { startStack } from "./services/stack.ts";
import { takeFolder } from "./sole-owner.ts";
import { watchFolder } from "./watch-folder.ts";

const FOLDER = join(ROOT, ".data", "dev");
const GATEWAY_PORT = 8787;
const GPU_NODE_PORT = 8788;
/** Editors write a file in several steps. */
const SETTLE_MS = 200;

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

async function assertFree(...ports: number[]): Promise<void> {
  for (const port of ports)
    if (!(await isFree(port)))
      throw new ServiceError(`Port ${port} is taken: stop whatever listens there first.`);
}

function restartOnChange(service: Service, folders: readonly string[]): void {
  let timer: NodeJS.Timeout | undefined;
  const restart = async (): Promise<void> => {
    console.log(`${service.name}: code changed, starting again`);
    await service.stop();
    // Code that does not start is what one edits next: say so and wait for the next change.
    await service.start().catch((error: unknown) => console.error((error as Error).message));
  };
  let last = Promise.resolve();
  for (const folder of folders)
    watchFolder(resolve(ROOT, folder), () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        last = last.then(restart);
      }, SETTLE_MS);
    });
}
