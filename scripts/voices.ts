/** `npm run voices`: a short sample of each voice, and a page to hear them. */
import { join } from "node:path";
import { fromCaller } from "./caller.ts";
import { readCommandLine } from "./command-line.mjs";
import { ROOT, VENV } from "./services/binaries.ts";
import { runStep } from "./steps.ts";

interface VoiceWishes {
  readonly out?: string;
  readonly text?: string;
  readonly only?: readonly string[];
}

const { out, text, only } = readCommandLine("voices", process.argv.slice(2)).values as VoiceWishes;
process.exitCode = runStep({
  name: "voices",
  command: join(VENV, "bin", "python"),
  args: [
    "-u",
    join(ROOT, "gpu-node", "scripts", "voice_samples.py"),
    `--models=${join(ROOT, ".data", "models")}`,
    `--out=${out === undefined ? join(ROOT, ".data", "voices") : fromCaller(out)}`,
    ...(text === undefined ? [] : [`--text=${text}`]),
    ...(only === undefined ? [] : ["--only", ...only]),
  ],
});
