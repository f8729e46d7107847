/**
 * Whether this executor works in the shards that gateways have: in those that it leaves out, runs would wait without a
 * word; shards_known.py is its twin. What health says of it is in compare-shards.ts.
 */
import { betweenGateways } from "../errors/shards-differ.ts";
import type { Logger } from "../telemetry/logger.ts";

export interface ShardsKnown {
  /** How many gateways have; 0 = none has said it. */
  told(gateways: number): void;
}

/** A difference is said once in the log. */
export function createShardsKnown(own: number, logger: Logger): ShardsKnown {
  let said = own;
  return {
    told(gateways) {
      if (gateways === 0 || gateways === said) return;
      said = gateways;
      if (gateways !== own) logger.error("shards differ", { fault: betweenGateways(own, gateways) });
    },
  };
}
