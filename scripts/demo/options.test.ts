import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseDemoOptions, UsageError } from "./options.ts";

const folder = mkdtempSync(join(tmpdir(), "demo-"));
for (const name of ["me.jpg", "me.wav", "me.doc"]) writeFileSync(join(folder, name), "");

test("takes a topic of its own when neither topic nor text is given", () => {
  expect(parseDemoOptions([]).input.topic).toBeTypeOf("string");
  const options = parseDemoOptions(["--text", "Hello."]);
  expect(options).toEqual({ input: { text: "Hello." }, exit: false, help: false });
});

test("reads paths relative to the folder in which npm was called", () => {
  const { portrait, out } = parseDemoOptions(["--portrait", "me.jpg", "--out", "film.mp4"], folder);
  expect(portrait).toEqual({ path: join(folder, "me.jpg"), mediaType: "image/jpeg" });
  expect(out).toBe(join(folder, "film.mp4"));
});

test("takes a voice by name, or from a file whose speaker has agreed", () => {
  expect(parseDemoOptions(["--voice", "bella"], folder).voice).toBe("bella");
  expect(parseDemoOptions(["--voice", "me.wav", "--consent"], folder).voice).toEqual({
    path: join(folder, "me.wav"),
    mediaType: "audio/wav",
  });
});

test("sends wishes by the names that the graph gives them", () => {
  const { input } = parseDemoOptions(
    ["--text", "Hi.", "--size", "720", "--captions", "--end", "Bye", "--background", "#1f6f5c"],
    folder,
  );
  expect(input).toEqual({
    text: "Hi.",
    size: 720,
    burn_captions: true,
    end_text: "Bye",
    background: "#1f6f5c",
  });
});

test("takes a background that looks like a file as a picture", () => {
  const { input, background } = parseDemoOptions(["--text", "Hi.", "--background", "me.jpg"], folder);
  expect(background).toEqual({ path: join(folder, "me.jpg"), mediaType: "image/jpeg" });
  expect(input).toEqual({ text: "Hi." });
});

test.each([
  ["a voice from a file without consent", ["--voice", "me.wav"]],
  ["a voice from a file that is no sound", ["--voice", "me.doc", "--consent"]],
  ["a voice from a file that does not exist", ["--voice", "you.mp3", "--consent"]],
  ["a size that is no number", ["--size", "big"]],
  ["a background that does not exist", ["--background", "beach.png"]],
  ["an unknown option", ["--speed", "2"]],
  ["a portrait that is no picture", ["--portrait", "me.txt"]],
  ["a portrait that does not exist", ["--portrait", "you.jpg"]],
  ["an option without its value", ["--topic"]],
])("refuses %s", (_, args) => {
  expect(() => parseDemoOptions(args, folder)).toThrow(UsageError);
});
