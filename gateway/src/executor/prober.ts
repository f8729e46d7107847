/**
 * Asks engines again whether they are here: every so often, when work of theirs has failed, and when somebody wants
 * to know; prober.py is its twin.
 */
import type { NodeTypeCapability } from "@myspinbot/contracts/types.ts";
import type { Clock } from "../clock.ts";
import type { Logger } from "../telemetry/logger.ts";
import type { Capabilities, Found } from "./capabilities.ts";

export interface ProberOptions {
  types: readonly string[];
  /** What is found of these types. */
  probe(types: readonly string[]): Promise<ReadonlyMap<string, Found>>;
  capabilities: Capabilities;
  everyMs: number;
  /** Something is here that was not, or the other way round. */
  onChange(types: readonly string[]): void;
  clock: Clock;
  logger: Logger;
}

/** One probe at a time; what is asked for meanwhile comes next, once. */
export interface Prober {
  /** Looks at these soon. */
  ask(types: Iterable<string>): void;
  /** What can be done here, as found from now on. */
  now(): Promise<NodeTypeCapability[]>;
  /** Asks again and again from now on. */
  run(): void;
  stop(): void;
}

export function createProber(options: ProberOptions): Prober {
  const { types, probe, capabilities, everyMs, onChange, clock, logger } = options;
  const wanted = new Set<string>();
  let looking: Promise<void> | undefined;
  let callOff = (): void => {};

  const look = async (): Promise<void> => {
    while (wanted.size > 0) {
      const names = [...wanted].sort();
      wanted.clear();
      try {
        const changed = capabilities.learn(await probe(names));
        if (changed.length > 0) onChange(changed);
      } catch (error) {
        // What was known stays; the next time is soon.
        logger.warn("engines could not be asked", { error });
      }
    }
  };
  const ask = (names: Iterable<string>): Promise<void> => {
    for (const name of names) wanted.add(name);
    looking ??= look().finally(() => (looking = undefined));
    return looking;
  };
  const run = (): void => {
    callOff = clock.after(everyMs, () => {
      void ask(types);
      run();
    });
  };

  return {
    ask: (names) => void ask(names),
    async now() {
      await ask(types);
      return capabilities.rows();
    },
    run,
    stop: () => callOff(),
  };
}
