/** `npm run start`: everything on this machine for everyday use, without reload and without containers; restarts what dies. */
import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { readCommandLine } from "./command-line.mjs";
import { untilStopped } from "./lifetime.ts";
import { ROOT } from "./services/binaries.ts";
import { isFree } from "./services/ports.ts";
import type { Runnable } from "./services/service-group.ts";
import { ServiceError } from "./services/service.ts";
import { noteServices } from "./services/noted-services.ts";
import { startStack } from "./services/stack.ts";
import { takeFolder } from "./sole-owner.ts";

/** How often it is looked whether all run. */
const LOOK_MS = 1_000;
const MOST_PAUSE_MS = 60_000;

interface Options {
  readonly data?: string;
  readonly port?: string;
  readonly "gpu-node-port"?: string;
  readonly "public-url"?: string;
  readonly "all-addresses"?: boolean;
}

const values: Options = readCommandLine("start", process.argv.slice(2)).values;
const folder = resolve(ROOT, values.data ?? ".state");
const ports = { gatewayPort: portOf("port", "8787"), gpuNodePort: portOf("gpu-node-port", "8788") };

const stopped = untilStopped();
try {
  if (!(await takeFolder(folder))) throw new ServiceError(`npm run start runs already with ${folder}.`);
  for (const port of Object.values(ports))
    if (!(await isFree(port)))
      throw new ServiceError(`Port ${port} is taken: stop what listens there, or name another.`);
  const { "all-addresses": open = false, "public-url": url } = values;
  const stack = await startStack({
    dir: folder,
    ...ports,
    gatewayEnv: {
      ...(open ? { GATEWAY_HOST: "0.0.0.0", GATEWAY_AUTH: "required" } : {}),
      ...(url === undefined ? {} : { GATEWAY_PUBLIC_URL: url }),
    },
    inheritOutput: true,
  });
  noteServices(folder, stack);
  console.log(`gateway ${stack.gateway.url}  data ${folder}`);
  const all = [stack.valkey.service, stack.seaweed.service, stack.gateway.service, stack.gpuNode.service];
  await Promise.all(all.map((service) => keepAlive(service)));
  await stack.stop();
} catch (error) {
  if (!(error instanceof ServiceError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
process.exit();

function portOf(option: "port" | "gpu-node-port", otherwise: string): number {
  const text = values[option] ?? otherwise;
  const port = Number(text);
  if (/^\d+$/.test(text) && port > 0 && port < 65_536) return port;
  console.error(`--${option} must be a port, 1 to 65535.`);
  process.exit(2);
}

/** Starts it again when it has died, after a pause that doubles as long as it dies at once. */
async function keepAlive(service: Runnable): Promise<void> {
  for (let pause = LOOK_MS; !stopped.aborted;) {
    await sleep(LOOK_MS, undefined, { signal: stopped }).catch(() => undefined);
    if (service.alive || stopped.aborted) continue;
    console.error(`${service.name} has died; it is started again in ${pause / 1000} s`);
    await sleep(pause, undefined, { signal: stopped }).catch(() => undefined);
    if (stopped.aborted) return;
    const began = performance.now();
    await service.restart().catch((error: unknown) => console.error((error as Error).message));
    pause = performance.now() - began > MOST_PAUSE_MS ? LOOK_MS : Math.min(pause * 2, MOST_PAUSE_MS);
  }
}
