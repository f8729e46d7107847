/** Graphs that the app knows by their names in tests, to stand in others. */
import type { Graph } from "@myspinbot/contracts/types.ts";

export const workGraphs: Graph[] = [
  {
    name: "said",
    input: { text: "Text", tone: "Text?" },
    nodes: [
      { id: "say", type: "node_work", plane: "node", inputs: { text: "$input.text" } },
      {
        id: "film",
        type: "node_work",
        plane: "node",
        inputs: { text: { $text: ["$say.text", "$input.tone?"] } },
      },
    ],
    output: { text: "$film.text" },
  },
];
