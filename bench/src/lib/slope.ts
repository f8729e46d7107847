/** How much longer something takes with each round trip that is longer. */
import { bootstrap, fitLine, mean, type Ratio } from "./stats.ts";
import type { Pinger, WireProxy } from "./wire-proxy.ts";

/**
 * Round trips that are injected, ms. None is 0: who is asked again at once is warm, and who has waited is not, however
 * long; a line through both would take this step for a part of its slope.
 */
export const RTTS = [10, 20, 40, 80];

/** With one round trip injected: what round trips really took, and what was measured beside each of them. */
export interface Cell {
  readonly rtts: readonly number[];
  readonly ms: readonly number[];
}

/** What stands for many values, of what is measured and of the round trips beside it alike. */
type Statistic = (values: readonly number[]) => number;

/** Nothing makes one quicker than it can be, and a busy machine lets most wait for a core. It does not see what only some wait for. */
export const quickest: Statistic = (values) => Math.min(...values);

/** Sees all of it, and the machine as well. */
export const onAverage: Statistic = mean;

/** How much longer what was measured in all rounds took, by how much longer round trips took beside it. */
export const slopeBy =
  (statistic: Statistic) =>
  (rounds: readonly (readonly Cell[])[]): number => {
    const of = (i: number, what: keyof Cell): number => statistic(rounds.flatMap((cells) => cells[i]![what]));
    const [first = []] = rounds;
    return fitLine(first.map((_, i) => [of(i, "rtts"), of(i, "ms")] as const)).slope;
  };

/** What lies between who is measured and Redis. */
export type Way = Pick<WireProxy, "setDelay" | "openPinger">;

/**
 * By turns of the round trips, each of `times` behind a ping; one before them may meet what was sent before the change.
 * @param measure answers ms
 */
export async function slopeThrough(
  way: Way,
  { rounds, times, rtts = RTTS }: { rounds: number; times: number; rtts?: readonly number[] },
  measure: (rtt: number) => Promise<number>,
): Promise<Ratio> {
  const measureCell = async (rtt: number): Promise<Cell> => {
    way.setDelay(rtt / 2);
    await measure(rtt);
    const pinger: Pinger = await way.openPinger();
    const cell = { rtts: [] as number[], ms: [] as number[] };
    while (cell.ms.length < times) {
      cell.rtts.push(await pinger.ping());
      cell.ms.push(await measure(rtt));
    }
    pinger.close();
    return cell;
  };
  const found: Cell[][] = [];
  while (found.length < rounds) {
    const cells: Cell[] = [];
    for (const rtt of rtts) cells.push(await measureCell(rtt));
    found.push(cells);
  }
  way.setDelay(0);
  return bootstrap(found, slopeBy(quickest));
}
