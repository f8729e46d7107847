/** What becomes of far more requests than a key may make. */
import { load } from "../lib/http-load.ts";
import { peakMiB } from "../lib/memory.ts";
import { makeKey, type Contestant } from "./contestants.ts";

export const OVERLOAD = { perMinute: 500, times: 10, tolerance: 0.02, mostMiB: 64 };

/** Ten times as many requests as a key may make within a minute, as fast as they are answered. */
export async function overload(
  own: Contestant,
  connections: number,
  redisUrl: string,
): Promise<{ accepted: number; grownMiB: number }> {
  const { perMinute, times } = OVERLOAD;
  const key = makeKey(redisUrl, ["--runs-per-minute", String(perMinute)]);
  const { headers, ...rest } = own.target;
  const target = { ...rest, headers: (n: number) => ({ ...headers(n), Authorization: `Bearer ${key}` }) };
  const before = peakMiB(own.pid);
  const began = performance.now();
  const answered = await load(target, perMinute * times, connections);
  if (performance.now() - began > 60_000) throw new Error("it took more than the minute that is limited");
  const strange = answered.find(({ status }) => status !== 202 && status !== 429);
  if (strange) throw new Error(`under overload it answered ${strange.status}`);
  const accepted = answered.filter(({ status }) => status === 202).length;
  return { accepted, grownMiB: peakMiB(own.pid) - before };
}
