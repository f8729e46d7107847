/** How much longer a request takes with each round trip that is longer, and what it waits for. */
import { load, type Answered } from "../lib/http-load.ts";
import { RTTS, type Cell } from "../lib/slope.ts";
import { mean } from "../lib/stats.ts";
import type { WireProxy } from "../lib/wire-proxy.ts";
import { KEYS, type Contestant } from "./contestants.ts";

/** Who is measured, and what lies between them and Redis. */
export interface Delayed extends Contestant {
  readonly proxy: WireProxy;
}

const ONE_BY_ONE = 10;

/** For each injected round trip what round trips really were, how long requests took, and what one waited for. */
export type Cells = readonly Counted[];
interface Counted extends Cell {
  readonly turnarounds: number;
}

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

export async function measureSlope(contestant: Delayed): Promise<Cells> {
  const { proxy } = contestant;
  const cells: Counted[] = [];
  for (const rtt of RTTS) {
    proxy.setDelay(rtt / 2);
    const pinger = await proxy.openPinger();
    const trips: number[] = [];
    // A busy machine changes what a round trip takes: each request has one beside it.
    const before = async (): Promise<void> => void trips.push(await pinger.ping());
    // What nobody has known for seconds, a key or who works here, is read by the first who needs it.
    await submit(contestant, KEYS, 1);
    proxy.takeCounts();
    const answered = await submit(contestant, ONE_BY_ONE, 1, before);
    const turnarounds = (proxy.takeCounts().turnarounds - trips.length) / ONE_BY_ONE;
    pinger.close();
    cells.push({ rtts: trips, ms: answered.map(({ ms }) => ms), turnarounds });
  }
  proxy.setDelay(0);
  return cells;
}

/** Turnarounds of a request: exact, whatever the machine does. */
export function turnaroundsOf(rounds: readonly Cells[]): number {
  return mean(rounds.flatMap((cells) => cells.map((cell) => cell.turnarounds)));
}
