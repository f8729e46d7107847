import { fileURLToPath } from "node:url";
import { createKeys, objectKeys, shardOfId, timerMembers } from "@myspinbot/contracts/keys.ts";
import { describe, expect, it } from "vitest";
import { readSource } from "../src/source.ts";

const { wire, titled } = readSource(fileURLToPath(new URL("../..", import.meta.url)));
const keys = createKeys("msb");

/** The template with each placeholder as its own value; a shard is s1. */
function filled(template: string): { args: string[]; text: string } {
  const names = [...template.matchAll(/<([a-z0-9]+)>/g)]
    .map(([, name]) => name)
    .filter((name) => name !== "prefix");
  const args = names.map((name) => (name === "shard" ? "s1" : `my-${name}`));
  const text = template.replace(/<([a-z0-9]+)>/g, (_, name: string) =>
    name === "prefix" ? "msb" : name === "shard" ? "s1" : `my-${name}`,
  );
  return { args, text };
}

function call(builders: object, name: string, args: string[]): string {
  return (builders as Record<string, (...args: string[]) => string>)[name]?.(...args) ?? "";
}

describe("keys", () => {
  it.each(Object.entries(wire.keys))("%s follows its template", (name, { template }) => {
    const { args, text } = filled(template);
    expect(call(keys, name, args)).toBe(text);
  });

  it.each(Object.entries(wire.channels))("channel %s follows its template", (name, { template }) => {
    const { args, text } = filled(template);
    expect(call(keys.channels, name, args)).toBe(text);
  });

  it.each(Object.entries(wire.timers))("timer %s follows its template", (name, template) => {
    const { args, text } = filled(template);
    expect(call(timerMembers, name, args)).toBe(text);
    expect(text).toMatch(new RegExp(`^${name}\\|my-(run|file)\\|`));
  });

  it("every timer comes as mail but those of what is to be removed", () => {
    const { timer } = titled.get("MailTimer")!.schema.properties as { timer: { enum: string[] } };
    expect([...timer.enum, "retention", "folder", "upload"].sort()).toEqual(Object.keys(wire.timers).sort());
  });

  it.each(Object.entries(wire.objects))("object %s follows its template", (name, template) => {
    const { args, text } = filled(template);
    expect(call(objectKeys, name, args)).toBe(text);
  });

  it("give the prefix of a family for an empty last argument, where the name ends with it", () => {
    expect(keys.threadCheckpoint("s0", "run_s0_1", "")).toBe("msb:{s0}:thread:run_s0_1:checkpoint:");
    expect(keys.runsByStatus("s0", "")).toBe("msb:{s0}:runs:");
    expect(() => keys.runNodes("s0", "")).toThrow(RangeError);
    expect(() => keys.mail("")).toThrow(RangeError);
  });

  it.each(["*", "a b", "}", "{s1}", "a\n", "a?", "[a]", "a".repeat(201), "é"])(
    "refuse %j as a part",
    (part) => {
      expect(() => keys.run("s0", part)).toThrow(RangeError);
      expect(() => keys.run(part, "run_s0_1")).toThrow(RangeError);
      expect(() => createKeys(part)).toThrow(RangeError);
      expect(() => objectKeys.file(part)).toThrow(RangeError);
    },
  );

  it.each(["..", ".", "a/b", ""])("refuse %j as a segment of a path", (segment) => {
    expect(() => objectKeys.file(segment)).toThrow(RangeError);
  });

  it("read the shard that an id names", () => {
    expect(shardOfId("run_s12_01KA7QJ3N8XW5V2M4T6R9C1D0E")).toBe("s12");
    expect(shardOfId("file_01KA7QJ3N8XW5V2M4T6R9C1D0E")).toBe("");
    expect(() => keys.run(shardOfId("run_x"), "run_x")).toThrow(RangeError);
  });
});
