import { expect, it } from "vitest";
import { extensionFolders } from "./extension-folders.ts";

it("watches folders as they are, and the folder of a file once", () => {
  const root = new URL("..", import.meta.url).pathname;
  expect(extensionFolders("", root)).toEqual([]);
  expect(extensionFolders("scripts, scripts/dev.ts,/elsewhere/own.py", root)).toEqual([
    `${root}scripts`,
    "/elsewhere",
  ]);
});
