/** What a driver remembers between drives: compiled graphs and the latest checkpoints, both only to save reading. */
import type { FlatGraph } from "@myspinbot/contracts/types.ts";
import type { LatestCheckpoint } from "../checkpoints/drive-checkpoint.ts";
import { RecentMap } from "../recent-map.ts";
import type { GraphModel } from "../run-engine/graph-model.ts";
import { toGraphModel } from "../run-engine/read-graph.ts";

export interface Remembered {
  digest: string;
  /** Name of the run's latest checkpoint. */
  name: string;
  latest: LatestCheckpoint;
}

export interface Memory {
  runs: RecentMap<string, Remembered>;
  /** The model of a graph: remembered by digest, else read from its JSON. */
  model(digest: string, json: string): GraphModel;
}

export function createMemory(limit = 500): Memory {
  const models = new RecentMap<string, GraphModel>(100);
  return {
    runs: new RecentMap(limit),
    model(digest, json) {
      const known = models.get(digest);
      if (known) return known;
      const model = toGraphModel(JSON.parse(json) as FlatGraph, digest);
      models.set(digest, model);
      return model;
    },
  };
}
