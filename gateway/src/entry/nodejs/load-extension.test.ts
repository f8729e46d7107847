import { expect, it } from "vitest";
import { loadExtension } from "./load-extension.ts";

it("loads nothing where no extension is named", async () => {
  expect(await loadExtension(" , ")).toEqual({ nodeTypes: [], validators: {}, handlers: {}, graphs: [] });
});
