/** How much longer a request takes with each round trip that is longer, and what it waits for. */
import { load, type Answered } from "../lib/http-load.ts";
import { fitLine, quantile } from "../lib/stats.ts";
import type { Contestant } from "./contestants.ts";

/** Round trips that are injected, ms. */
export const RTTS = [0, 10, 20, 40];
const ONE_BY_ONE = 15;

/** For each injected round trip what round trips really were, how long requests took, and what one waited for. */
export type Cells = readonly Cell[];
interface Cell {
  readonly rtts: readonly number[];
  readonly ms: readonly number[];
  readonly turnarounds: number;
}

/** Of many: a busy machine lets some wait for a core, which has nothing to do with round trips. */
const QUICK = 0.1;
/** @throws an Error for a request that was not accepted */
export async function submit(
  { name, target }: Contestant,
  count: number,
  connections: number,
  before?: () => Promise<void>,
): Promise<Answered[]> {
  const answered = await load(target, count, connections, before);
  const refused = answered.filter(({ status }) => status !== 202);
  if (refused.length > 0) throw new Error(`${name} answered ${refused[0]!.status}`);
  return answered;
}

export async function measureSlope(contestant: Contestant): Promise<Cells> {
  const { proxy } = contestant;
  const cells: Cell[] = [];
  for (const rtt of RTTS) {
    proxy.setDelay(rtt / 2);
    const pinger = await proxy.openPinger();
    const trips: number[] = [];
    // A busy machine changes what a round trip takes: each request has one beside it.
    const before = async (): Promise<void> => void trips.push(await pinger.ping());
    // What nobody has known for seconds, as who works here, is read by the first.
    await submit(contestant, 1, 1);
    proxy.takeCounts();
    const answered = await submit(contestant, ONE_BY_ONE, 1, before);
    const turnarounds = (proxy.takeCounts().turnarounds - trips.length) / ONE_BY_ONE;
    pinger.close();
    cells.push({ rtts: trips, ms: answered.map(({ ms }) => ms), turnarounds });
  }
  proxy.setDelay(0);
  return cells;
}

/** Through the quick ones of all rounds. */
export function slopeOf(rounds: readonly Cells[]): number {
  const quick = (i: number, what: "rtts" | "ms"): number =>
    quantile(
      rounds.flatMap((cells) => cells[i]![what]),
      QUICK,
    );
  return fitLine(RTTS.map((_, i) => [quick(i, "rtts"), quick(i, "ms")] as const)).slope;
}

/** Turnarounds of a request. Without a delay what is read behind its back may be answered before it asks. */
export function turnaroundsOf(rounds: readonly Cells[]): number {
  const counts = rounds.flatMap((cells) =>
    cells.filter((_, i) => RTTS[i]! > 0).map((cell) => cell.turnarounds),
  );
  return counts.reduce((sum, each) => sum + each, 0) / counts.length;
}
