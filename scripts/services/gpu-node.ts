/** The gpu-node as a process of its own, as it runs for users. */
import { join } from "node:path";
import { prepareApp, started, type AppOptions, type AppServer } from "./app-process.ts";
import { python, ROOT } from "./binaries.ts";

export type GpuNodeOptions = AppOptions;
/** Its address serves health and metrics. */
export type GpuNodeServer = AppServer;

/** Starts a gpu-node and waits until it pulls tasks: a few seconds, most of them imports. */
export async function startGpuNode(options: GpuNodeOptions): Promise<GpuNodeServer> {
  return started(await prepareGpuNode(options));
}

/** Chooses a port without starting. */
export function prepareGpuNode(options: GpuNodeOptions): Promise<GpuNodeServer> {
  const app = {
    name: "gpu-node",
    prefix: "GPU_NODE",
    command: python(),
    args: ["-m", "gpu_node"],
    env: {
      GPU_NODE_DATA_DIR: join(options.dir, "tasks"),
      GPU_NODE_MODELS_DIR: join(ROOT, ".data", "models"),
      // Before what the environment's own packages say.
      ...(options.root === undefined ? {} : { PYTHONPATH: join(options.root, "gpu-node", "src") }),
    },
    readyWithinMs: 60_000,
  };
  return prepareApp(app, options);
}
