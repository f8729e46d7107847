/** Which files of these tests meet the Worker as well as the gateway on Node.js, and why others meet the latter alone. */

/** The Worker serves beside gateways and is asked by turns, or serves alone (tunnel). */
export const ON_BOTH: readonly string[] = [
  "api-clients",
  "api-fuzz",
  "cancel",
  "deletion",
  "kills",
  "monitoring",
  "sick-box",
  "talking-avatar",
  "tunnel",
  "webhooks",
];

export const REASONS = {
  made: "it is about what boxes make: all routes that it asks are asked of both by talking-avatar and deletion",
  page: "it is about the page, which is the same files in front of both: tunnel takes people's steps through it at a Worker",
  box: "it is about what boxes say to Redis and who drives there; its routes are asked of both by others",
  executor: "it is about executors as processes, and asks no gateway anything",
  process: "it is about processes on somebody's machine: how they start, stop, are upgraded or looked at",
  command: "it is about a command that starts the gateway on Node.js",
  files: "it starts no gateway: it reads files that we ship",
  extension: "it is about node types that a gateway on Node.js loads from a folder",
  cluster: "it is about a cluster, which a Worker refuses in a sentence",
  traces: "it is about traces, which are told by who drives at home, never by a Worker",
} as const;

export const NODE_ONLY: Readonly<Record<string, keyof typeof REASONS>> = {
  "a-new-node-type": "extension",
  backup: "command",
  "bad-starts": "process",
  cluster: "cluster",
  compose: "process",
  "hostile-box": "box",
  "judged-ahead": "made",
  kubernetes: "files",
  "list-graphs": "made",
  "on-both": "files",
  "page-alone": "page",
  "page-components": "files",
  "page-troubles": "page",
  page: "page",
  "picture-graphs": "made",
  "quiet-demo": "command",
  secrets: "process",
  "talking-scenes": "made",
  traces: "traces",
  "twins-ends": "executor",
  "twins-limits": "executor",
  twins: "executor",
  "two-versions": "process",
  "voice-clip": "made",
  "your-own-nodes": "extension",
};
