import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseDemoOptions, UsageError } from "./options.ts";

const folder = mkdtempSync(join(tmpdir(), "demo-"));
writeFileSync(join(folder, "me.jpg"), "");

test("takes a topic of its own when neither topic nor text is given", () => {
  expect(parseDemoOptions([]).topic).toBeTypeOf("string");
  expect(parseDemoOptions(["--text", "Hello."])).toEqual({ text: "Hello.", exit: false, help: false });
});

test("reads paths relative to the folder in which npm was called", () => {
  const { portrait, out } = parseDemoOptions(["--portrait", "me.jpg", "--out", "film.mp4"], folder);
  expect(portrait).toEqual({ path: join(folder, "me.jpg"), mediaType: "image/jpeg" });
  expect(out).toBe(join(folder, "film.mp4"));
});

test.each([
  ["an unknown option", ["--speed", "2"]],
  ["a portrait that is no picture", ["--portrait", "me.txt"]],
  ["a portrait that does not exist", ["--portrait", "you.jpg"]],
  ["an option without its value", ["--topic"]],
])("refuses %s", (_, args) => {
  expect(() => parseDemoOptions(args, folder)).toThrow(UsageError);
});
