/** Knows on which server of a cluster a slot lies: by what whichever server answers first says of all of them. */
import type { Place } from "../addresses.ts";

/** A part of CLUSTER SLOTS: from, to, the primary, its replicas. */
type Row = [first: number, last: number, primary: [endpoint: string | null, port: number], ...unknown[]];

export interface ClusterMap {
  /** Where a slot lies, or where that can be learned; never fails, so that the connection says what is wrong. */
  find(slot: number): Promise<Place>;
  /** A server that answers. */
  any(): Promise<Place>;
  /** What a server said of a slot that it does not have; believed once, because the others may not know it yet. */
  moved(slot: number, to: Place): void;
}

/** @param ask what one server answers to CLUSTER SLOTS */
export function createClusterMap(
  seeds: readonly Place[],
  ask: (place: Place) => Promise<unknown>,
): ClusterMap {
  const moves = new Map<number, Place>();
  let servers: readonly Place[] = seeds;
  /** Where slots lay when somebody last answered. */
  let known: { rows: Row[]; asked: Place } = { rows: [], asked: seeds[0]! };
  let asking: Promise<void> | undefined;

  const learn = async (): Promise<void> => {
    const answers = distinct([...servers, ...seeds]).map(async (asked) => ({
      rows: (await ask(asked)) as Row[],
      asked,
    }));
    // Without an answer what was known is tried.
    known = await Promise.any(answers).catch(() => known);
    servers = known.rows.map((row) => placeOf(row[2], known.asked));
  };

  /** One question for all that want to know at the same time. */
  const latest = async (): Promise<typeof known> => {
    await (asking ??= learn().finally(() => (asking = undefined)));
    return known;
  };

  return {
    async find(slot) {
      const hint = moves.get(slot);
      if (moves.delete(slot) && hint) return hint;
      const { rows, asked } = await latest();
      const row = rows.find(([first, last]) => first <= slot && slot <= last);
      // Nobody has it: whoever was asked says so.
      return row ? placeOf(row[2], asked) : asked;
    },
    any: async () => (await latest()).asked,
    moved: (slot, to) => void moves.set(slot, to),
  };
}

/** A server that does not know its own name is where it was asked. */
function placeOf([endpoint, port]: Row[2], asked: Place): Place {
  return { host: endpoint === null || endpoint === "" || endpoint === "?" ? asked.host : endpoint, port };
}

function distinct(places: readonly Place[]): Place[] {
  return [...new Map(places.map((place) => [`${place.host} ${place.port}`, place])).values()];
}
