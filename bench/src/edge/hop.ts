/** What distance costs a run that leaves the box and comes back to it, with a gateway that drives beside Redis. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createKeys } from "@myspinbot/contracts/keys.ts";
import { startGateway } from "@myspinbot/services/gateway.ts";
import type { S3Access } from "@myspinbot/services/seaweed.ts";
import { RTTS, slopeThrough } from "../lib/slope.ts";
import type { Ratio } from "../lib/stats.ts";
import { hasExecutor } from "../noop/task-issuer.ts";
import { gpuNodeEnv, startPython, type PythonProcess } from "../python/processes.ts";
import { LIMITS, makeKey } from "../submit/contestants.ts";
import { asProxy, BUSY_EXTENSION, type Far } from "./far-box.ts";

const PREFIX = "msb";
const POOL = "default";
const HEARD_MS = 30_000;
/** As far as any tunnel leads, and well beyond the length of the work. */
const MEASURED = { rounds: 4, times: 7, rtts: [...RTTS, 160, 320] };
const node = (id: string, plane: "node" | "python", from?: string) => ({
  ...{ id, plane, type: `${plane}_noop` },
  inputs: { text: from === undefined ? "x" : `$${from}.text` },
});
const GRAPH = {
  name: "there-and-back",
  nodes: [node("a", "python"), node("b", "node", "a"), node("c", "python", "b")],
  output: { text: "$c.text" },
};

/** Slope, on the round trip of the tunnel, of the time from the end of a node on the box to the begin of the next one there. */
export async function measureHop({ server, dir, edge }: Far, s3: S3Access, slots: number): Promise<Ratio> {
  const home = join(dir, `hop-${slots}`);
  const gateway = await startGateway({
    ...{ dir: join(home, "gateway"), redisUrl: server.url, s3 },
    env: {
      GATEWAY_LOG_LEVEL: "error",
      GATEWAY_EXTENSIONS: fileURLToPath(new URL("gateway-extension.ts", import.meta.url)),
    },
  });
  const python = await startPython({
    ...{ name: `hop-${slots}`, dir: home, args: ["-m", "gpu_node"] },
    env: {
      ...gpuNodeEnv(home, asProxy(edge).url, POOL),
      GPU_NODE_KEY_PREFIX: PREFIX,
      GPU_NODE_EXTENSIONS: BUSY_EXTENSION,
      GPU_NODE_GPU: "1",
      GPU_NODE_SLOTS: String(slots),
    },
    isReady: () => hasExecutor(server.redis, createKeys(PREFIX), POOL),
  });
  try {
    const headers = {
      Authorization: `Bearer ${makeKey(server.url, LIMITS)}`,
      Prefer: "wait=20",
      "Content-Type": "application/json",
    };
    const run = () =>
      fetch(`${gateway.url}/v1/runs`, { method: "POST", headers, body: JSON.stringify({ graph: GRAPH }) });
    return await slopeThrough(asProxy(edge), MEASURED, () => hopMs(run, python));
  } finally {
    edge.manners.delayMs = 0;
    await python.service.kill();
    await gateway.stop();
  }
}

/** Of one run. */
async function hopMs(run: () => Promise<Response>, python: PythonProcess): Promise<number> {
  const answer = await run();
  if (answer.status !== 200) throw new Error(`a run was answered ${answer.status}: ${await answer.text()}`);
  const heard: { text: string; ns: number }[] = [];
  while (heard.length < 4) heard.push(await python.ledger.next(HEARD_MS));
  const [, left, back] = heard;
  return (back!.ns - left!.ns) / 1e6;
}
