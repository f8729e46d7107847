/** Counts at the wire how often a drive waits for the server. */
import type { Graph } from "@myspinbot/contracts/types.ts";
import type { WireProxy } from "../lib/wire-proxy.ts";
import type { Contestant } from "./contestants.ts";

/** Long enough that commands sent together have all left before the first answer comes. */
const ONE_WAY_MS = 2;

/** Turnarounds per drive of one run; the proxy must carry the contestant's drives alone. */
export async function countTurnarounds(
  contestant: Contestant,
  graph: Graph,
  proxy: WireProxy,
): Promise<number> {
  await contestant.run(graph, 1);
  proxy.setDelay(ONE_WAY_MS);
  proxy.takeCounts();
  const { drives } = await contestant.run(graph, 1);
  const { turnarounds } = proxy.takeCounts();
  proxy.setDelay(0);
  return turnarounds / drives;
}
