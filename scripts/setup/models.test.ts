import { copyFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { dropChangedModels } from "./models.mjs";
import { MODELS } from "./paths.mjs";

test("set-up takes away a model file that has changed, and leaves the others", () => {
  const folder = mkdtempSync(join(tmpdir(), "models-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  copyFileSync(join(MODELS, "face_landmark.tflite"), join(folder, "face_landmark.tflite"));
  writeFileSync(join(folder, "selfie_segmentation.tflite"), "bytes of somebody else");
  dropChangedModels(folder);
  expect(existsSync(join(folder, "face_landmark.tflite"))).toBe(true);
  expect(existsSync(join(folder, "selfie_segmentation.tflite"))).toBe(false);
});
