/** What an executor may call a new artifact of its task, whatever is put into the reference. */
import fc from "fast-check";
import { objectKeys, objectName } from "@myspinbot/contracts/keys.ts";
import { namedTypeValidators } from "@myspinbot/contracts/validators.js";
import { describe, expect, it } from "vitest";
import { objectPath } from "../artifacts/object-path.ts";
import { newId } from "../ids.ts";
import { isOwnArtifact } from "./known-artifacts.ts";

const RUN = newId("run", "s0");
const TASK = newId("task", "s0");
const SHA256 = "a".repeat(64);

function artifact(name = "film.png") {
  return {
    artifact_id: newId("art", "s0"),
    key: objectKeys.artifact(RUN, TASK, SHA256, objectName(name)),
    media_type: "image/png",
    size: 3,
    sha256: SHA256,
    name,
    meta: {},
  };
}

const ODD = ["..", ".", "/", "//", "?", "#", "%", "%2e%2e", "%2f", "\\", "\0", " ", "é", "+", "a"];

describe("a new artifact", () => {
  it.each(["film.png", "my film.png", "../x", "..", "é", "x".repeat(200), "a/b?c#d%e"])(
    "called %j is taken where the executor puts it",
    (name) => {
      const made = artifact(name);
      expect(isOwnArtifact(made, RUN, TASK)).toBe(true);
      expect(namedTypeValidators.Image(made)).toBe(true);
      expect(objectPath(made.key)).toBe(`/${made.key}`);
    },
  );

  it("is not taken with any other key", () => {
    const made = artifact();
    const change = fc.record({
      at: fc.integer({ min: 0, max: made.key.length }),
      cut: fc.integer({ min: 0, max: 6 }),
      put: fc.array(fc.constantFrom(...ODD), { maxLength: 4 }).map((parts) => parts.join("")),
    });
    fc.assert(
      fc.property(change, ({ at, cut, put }) => {
        const key = made.key.slice(0, at) + put + made.key.slice(at + cut);
        expect(isOwnArtifact({ ...made, key }, RUN, TASK)).toBe(key === made.key);
      }),
      { numRuns: 1000 },
    );
  });

  it("has no key that leaves its place, says the schema", () => {
    const segment = fc.array(fc.constantFrom(...ODD), { minLength: 1, maxLength: 4 }).map((p) => p.join(""));
    fc.assert(
      fc.property(fc.array(segment, { minLength: 1, maxLength: 5 }), (segments) => {
        const key = `runs/${segments.join("/")}`;
        expect(namedTypeValidators.Image({ ...artifact(), key })).toBe(false);
      }),
    );
  });

  it.each([
    ["an id of another shard", { artifact_id: newId("art", "s1") }],
    ["an upload's id", { artifact_id: `file_${newId("art", "s0").slice(7)}` }],
    ["an id that is none", { artifact_id: "art" }],
    ["another digest", { sha256: "b".repeat(64) }],
    ["a digest that is none", { sha256: ".." }],
    ["another name", { name: "other.png" }],
    ["another run's key", { key: objectKeys.artifact(newId("run", "s0"), TASK, SHA256, "film.png") }],
    ["another task's key", { key: objectKeys.artifact(RUN, newId("task", "s0"), SHA256, "film.png") }],
    ["an upload's key", { key: "files/file_1" }],
  ])("is not taken with %s", (_, change) => {
    expect(isOwnArtifact({ ...artifact(), ...change }, RUN, TASK)).toBe(false);
  });
});

describe("a path", () => {
  it.each(["", "..", "a/../b", "a/./b", "/..", "\ud800"])("is refused for %j", (key) => {
    expect(objectPath(key)).toBeUndefined();
  });

  it("means the same key to every reader of URLs", () => {
    const key = fc.array(fc.constantFrom(...ODD), { minLength: 1, maxLength: 6 }).map((p) => p.join(""));
    fc.assert(
      fc.property(key, (text) => {
        const path = objectPath(text);
        if (path === undefined) return;
        const url = new URL(`http://store/bucket${path}`);
        expect(decodeURIComponent(url.pathname)).toBe(`/bucket/${text}`);
        expect([url.search, url.hash]).toEqual(["", ""]);
      }),
    );
  });
});
