/** A node type of each plane whose handler looks around as far as its user may; the python half is looker.py. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import type { NodeTypeDefinition } from "@myspinbot/contracts/node-types.ts";
import type { Validator } from "@myspinbot/contracts/validators.js";

const definition = (plane: "node" | "python"): NodeTypeDefinition => ({
  type: `look_${plane}`,
  plane,
  description: "Writes down all that the system shows of every process: environment and arguments.",
  timeout_s: 60,
  engines: ["looker"],
  resources: { cpu: 0, gpu: 0, vram_gb: 0 },
  schema_digest: "100c".repeat(16),
  inputs: {},
  outputs: {},
});

export const nodeTypes: NodeTypeDefinition[] = [definition("node"), definition("python")];
const anything: Validator = () => true;
const all = { params: anything, inputs: anything, outputs: anything };
export const validators = { look_node: all, look_python: all };

function shown(path: string): string {
  try {
    return `${path}\0${readFileSync(path, "utf8")}\n`;
  } catch {
    return "";
  }
}

async function look({ into }: { into: string }): Promise<object> {
  const pids = ["self", String(process.ppid), ...readdirSync("/proc").filter((name) => /^\d+$/.test(name))];
  const seen = pids.flatMap((pid) => ["environ", "cmdline"].map((name) => shown(`/proc/${pid}/${name}`)));
  writeFileSync(into, [JSON.stringify(process.env), ...seen].join(""));
  return {};
}

export const handlers = { look_node: look };
