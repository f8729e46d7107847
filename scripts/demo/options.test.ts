import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { graphInputValidators } from "@myspinbot/contracts/validators.js";
import { afterAll, expect, test } from "vitest";
import { UsageError } from "../command-line.mjs";
import { parseDemoOptions } from "./options.ts";

const folder = mkdtempSync(join(tmpdir(), "demo-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
for (const name of ["me.wav", "me.doc", "text.jpg"]) writeFileSync(join(folder, name), "x");
const JPEG = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 16]);
const PNG = Buffer.from("\x89PNG\r\n\x1a\n\0\0\0\r", "latin1");
const WEBP = Buffer.from("RIFF\n\0\0\0WEBPVP8 ", "latin1");
writeFileSync(join(folder, "me.jpg"), JPEG);
writeFileSync(join(folder, "empty.jpg"), "");
mkdirSync(join(folder, "album.jpg"));
mkdirSync(join(folder, "folder.mp4"));

test("takes a topic of its own when neither topic nor text is given", () => {
  expect(parseDemoOptions([]).input.topic).toBeTypeOf("string");
  const options = parseDemoOptions(["--text", "Hello."]);
  expect(options).toEqual({ graph: "talking-avatar", input: { text: "Hello." }, exit: false });
});

test("makes scenes of its own, or of the lines of a text, with what the whole film has", () => {
  const shown = parseDemoOptions(["--scenes", "--music", "warm"]);
  expect(shown).toMatchObject({
    graph: "talking-scenes",
    input: { title: "Why ships float", music: "warm" },
  });
  expect(shown.input).not.toHaveProperty("topic");
  expect(graphInputValidators["graphs/talking-scenes.input.schema.json"]?.(shown.input)).toBe(true);
  const own = parseDemoOptions(["--scenes", "--text", "Hello.\n\nAnd goodbye.\n", "--size", "256"]);
  expect(own.input).toEqual({
    size: 256,
    scenes: [
      { text: "Hello.", avatar: "robin", background: "#1f6f5c" },
      { text: "And goodbye.", avatar: "amara", background: "#2a4d7f" },
    ],
  });
});

test("reads paths relative to the folder in which npm was called", () => {
  const { portrait, out } = parseDemoOptions(["--portrait", "me.jpg", "--out", "film.mp4"], folder);
  expect(portrait).toEqual({ path: join(folder, "me.jpg"), mediaType: "image/jpeg" });
  expect(out).toBe(join(folder, "film.mp4"));
});

test.each([
  ["png-named.jpg", PNG, "image/png"],
  ["jpeg-named.png", JPEG, "image/jpeg"],
  ["webp-named.jpeg", WEBP, "image/webp"],
  ["jpeg-without-ending", JPEG, "image/jpeg"],
  ["jpeg-named.heic", JPEG, "image/jpeg"],
])("takes %s for what its bytes are", (name, bytes, mediaType) => {
  writeFileSync(join(folder, name), bytes);
  expect(parseDemoOptions(["--portrait", name], folder).portrait).toEqual({
    path: join(folder, name),
    mediaType,
  });
});

test("takes a voice by name, or from a file whose speaker has agreed", () => {
  expect(parseDemoOptions(["--voice", "af_bella"], folder).voice).toBe("af_bella");
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
  ["a voice from a file without consent", ["--voice", "me.wav"], "--consent"],
  ["a voice from a file that is no sound", ["--voice", "me.doc", "--consent"], "me.doc is no sound file"],
  ["a voice from a file that does not exist", ["--voice", "you.mp3", "--consent"], "does not exist"],
  ["a voice that is not there", ["--voice", "bella"], 'There is no voice "bella": af_bella or bf_isabella'],
  ["a voice without a name", ["--voice", ""], 'There is no voice ""'],
  ["a size that is no number", ["--size", "big"], '--size is an even number from 256 to 1080, not "big"'],
  ["a size in other words", ["--size", "1e9"], '--size is an even number from 256 to 1080, not "1e9"'],
  ["an odd size", ["--size", "513"], "--size is an even number"],
  ["a size below the range", ["--size", "0"], "--size is an even number"],
  ["a rate between two", ["--fps", "29"], '--fps is 25 or 30, not "29"'],
  ["an unknown shape", ["--aspect", "4:3"], '--aspect is 1:1, 9:16 or 16:9, not "4:3"'],
  ["an unknown mood", ["--music", "loud"], "--music is none, calm, warm or bright"],
  ["a face that nobody drew", ["--avatar", "bob"], "--avatar is robin, amara or elias"],
  ["a background of no kind", ["--background", "red"], "--background is own, blurred, a color"],
  ["a background that does not exist", ["--background", "beach.png"], "does not exist"],
  ["a blank text", ["--text", "  "], "--text is empty"],
  ["a topic of pictures", ["--topic", "🎉🎉"], '--topic needs at least one letter or digit; "🎉🎉" has none'],
  ["a title without end", ["--title", "x".repeat(121)], "--title has 121 characters; at most 120 are taken"],
  ["an unknown option", ["--speed", "2"], "npm run demo has no option --speed"],
  ["an option without its value", ["--topic"], "npm run demo needs TEXT after --topic"],
  ["an option before another", ["--topic", "--exit"], "npm run demo needs TEXT after --topic"],
  ["words that belong to nothing", ["why", "bees"], 'npm run demo does not know what to do with "why"'],
  ["a portrait that is no picture", ["--portrait", "me.doc"], "is not a JPEG, PNG or WebP file"],
  ["a text named as a picture", ["--portrait", "text.jpg"], "is not a JPEG, PNG or WebP file"],
  ["a portrait that does not exist", ["--portrait", "you.jpg"], "does not exist"],
  ["a portrait that is a folder", ["--portrait", "album.jpg"], "is a folder"],
  ["an empty portrait", ["--portrait", "empty.jpg"], "is empty"],
  ["scenes with a topic", ["--scenes", "--topic", "bees"], "--topic does not go with --scenes"],
  ["scenes with one portrait", ["--scenes", "--portrait", "me.jpg"], "--portrait does not go with --scenes"],
  ["scenes without words", ["--scenes", "--text", " \n\n"], "--text is empty"],
  ["a scene without words", ["--scenes", "--text", "Hi.\n..."], "line 2 has none"],
  ["too many scenes", ["--scenes", "--text", "Hi.\n".repeat(21)], "--text has 21 lines; at most 20"],
  ["a film that is a folder", ["--out", "folder.mp4"], "folder.mp4 is a folder"],
  ["a film in a file", ["--out", "me.doc/film.mp4"], "cannot be written"],
  ["a film where nothing can be made", ["--out", "/proc/no/film.mp4"], "cannot be written"],
  ["a film in a device", ["--out", "/dev/null/film.mp4"], "cannot be written"],
  ["a film with another ending", ["--out", "film.webm"], "film.webm needs the ending .mp4"],
  ["a film without a name", ["--out", ""], "needs the ending .mp4"],
  ["a film with too long a name", ["--out", `${"x".repeat(300)}.mp4`], "its name is too long"],
  ["a film over the portrait", ["--portrait", "me.jpg", "--out", "me.mp4"], "choose another name"],
])("refuses %s in one sentence, before anything starts", (_, args, sentence) => {
  const refused = (): unknown => parseDemoOptions(args, folder);
  expect(refused).toThrow(UsageError);
  expect(refused).toThrow(sentence);
  expect(refused).not.toThrow("\n");
});

test("makes the folder of the film, and leaves nothing in it", () => {
  parseDemoOptions(["--out", "a/b/film.mp4"], folder);
  expect(existsSync(join(folder, "a", "b"))).toBe(true);
  expect(readdirSync(join(folder, "a", "b"))).toEqual([]);
});
