/** Plants a pattern whose work grows with the square of a text, in each language. */
import type { Prover } from "../proof.ts";
import { named } from "../proof.ts";

const SEEDS: Readonly<Record<string, string>> = {
  "gpu-node/seeded/slow.py": 'import re\n\nSLOW = re.compile(r"\\s+$")\n',
  "scripts/seeded/slow.ts": "export const SLOW = /\\s+$/u;\n",
  "gpu-node/seeded/slow.schema.json": '{ "pattern": "\\\\s+$" }\n',
};

export const slowPatterns: Prover = {
  steps: ["slow patterns"],
  plant(copy) {
    for (const [path, text] of Object.entries(SEEDS)) copy.write(path, text);
  },
  async judge(copy) {
    const paths = Object.keys(SEEDS);
    const check = copy.tool("venv/python", ["gpu-node/scripts/check_patterns.py", ...paths]);
    return named("slow patterns", check, paths);
  },
};
