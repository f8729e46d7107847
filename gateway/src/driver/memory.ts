/** What a driver remembers between drives: compiled graphs and the latest checkpoints, both only to save reading. */
import type { Graph } from "@myspinbot/contracts/types.ts";
import type { LatestCheckpoint } from "../checkpoints/drive-checkpoint.ts";
import { toGraphModel, type GraphModel } from "../run-engine/graph-model.ts";

export interface Remembered {
  digest: string;
  /** Name of the run's latest checkpoint. */
  name: string;
  latest: LatestCheckpoint;
}

/** A map that forgets what was used least recently. */
class RecentMap<V> {
  readonly #map = new Map<string, V>();
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get(key: string): V | undefined {
    const value = this.#map.get(key);
    if (value !== undefined) this.set(key, value);
    return value;
  }

  set(key: string, value: V): void {
    this.#map.delete(key);
    this.#map.set(key, value);
    if (this.#map.size > this.#limit) this.#map.delete(this.#map.keys().next().value!);
  }

  delete(key: string): void {
    this.#map.delete(key);
  }
}

export interface Memory {
  runs: RecentMap<Remembered>;
  /** The model of a graph: remembered by digest, else read from its JSON. */
  model(digest: string, json: string): GraphModel;
}

export function createMemory(limit = 500): Memory {
  const models = new RecentMap<GraphModel>(100);
  return {
    runs: new RecentMap(limit),
    model(digest, json) {
      const known = models.get(digest);
      if (known) return known;
      const model = toGraphModel(JSON.parse(json) as Graph, digest);
      models.set(digest, model);
      return model;
    },
  };
}
