/** No test that asks routes is forgotten: each meets both runtimes, or it is said why not. */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "@myspinbot/services/binaries.ts";
import { expect, it } from "vitest";
import { IN_PROCESS, ON_BOTH } from "./on-both.ts";
import { REASONS } from "./runtime.ts";

const HARNESSES = /\b(createAppHarness|createWebhookHarness|useForks)\(/;

it("says of every file that asks the app whether the Worker is asked, too", () => {
  const files = globSync("gateway/src/**/*.int.test.ts", { cwd: ROOT });
  const asking = files.filter((file) => HARNESSES.test(readFileSync(join(ROOT, file), "utf8")));
  expect([...ON_BOTH, ...Object.keys(IN_PROCESS)].toSorted()).toEqual(asking.toSorted());
});

it("gives reasons of which each is one of somebody", () => {
  const given = globSync("gateway/src/**/*.int.test.ts", { cwd: ROOT }).flatMap((file) => [
    ...readFileSync(join(ROOT, file), "utf8").matchAll(/InProcess\("(\w+)"\)/g),
  ]);
  const used = new Set([...Object.values(IN_PROCESS), ...given.map(([, reason]) => reason)]);
  expect([...used].toSorted()).toEqual(Object.keys(REASONS).toSorted());
});
