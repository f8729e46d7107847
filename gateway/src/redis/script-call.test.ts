import { Command } from "ioredis";
import { expect, it } from "vitest";
import { ScriptCall } from "./script-call.ts";

it.each([
  ["ASCII", ["f".repeat(40), 1, "t:{s0}:run", "text", "", 12, -1.5]],
  ["others", ["f".repeat(40), 2, "t:{s0}:run", "t:{s0}:mail", "Grüße, 東京 🎬", "é"]],
  ["half of a pair", ["f".repeat(40), 0, "\ud83c", "plain"]],
])("writes a call with %s as ioredis does", (_, args) => {
  const theirs = new Command("evalsha", [...args], { replyEncoding: "utf8" });
  const socket = {} as never;
  expect(new ScriptCall(args).toWritable()).toBe(theirs.toWritable(socket));
  const lists = [args.slice(0, 2), [], args.slice(2)];
  expect(new ScriptCall(...lists).toWritable()).toBe(theirs.toWritable(socket));
});

it("says which script was called with which key, and keeps no more", () => {
  const call = new ScriptCall(["abc", 1, "t:{s0}:run", "secret"]);
  const inLists = new ScriptCall(["abc", 1], ["t:{s0}:run", "t:{s0}:mail"], ["secret"]);
  for (const { name, args } of [call, inLists])
    expect([name, args]).toEqual(["evalsha", ["abc", "1", "t:{s0}:run"]]);
});
