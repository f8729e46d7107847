/** Measures the processes of an executor from outside, however many they are: bench/python/meter.py. */
import { pinServersCore } from "../lib/redis-server.ts";
import { startHelper } from "../python/processes.ts";

/** What lies between two calls of a round. */
export interface Round {
  readonly tasks: number;
  readonly wall_s: number;
  readonly cpu_s: number;
}

export interface Meter {
  /** While the process `pid` calls nothing: takes it and all below it, which leave their marks in `path`. */
  begin(pid: number, path: string): Promise<void>;
  /** What it takes until that many calls have been made, without the first ones. */
  wait(calls: number): Promise<Round>;
  stop(): void;
}

/** Calls at the start of a round that are not measured: the executor fills its places. */
const WARM_CALLS = 64;

export async function startMeter(): Promise<Meter> {
  const helper = await startHelper(["meter.py"], {});
  pinServersCore(helper.child.pid as number);
  return {
    async begin(pid, path) {
      await helper.ask(`begin ${pid} ${path}`);
    },
    async wait(calls) {
      const [line = ""] = await helper.ask(`wait ${WARM_CALLS} ${calls}`);
      return JSON.parse(line) as Round;
    },
    stop: () => helper.stop(),
  };
}
