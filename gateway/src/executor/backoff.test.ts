/** How long failed calls wait; test_clock.py asks the same of the twin. */
import { EXECUTOR } from "@myspinbot/contracts/wire.ts";
import { expect, it } from "vitest";
import { createBackoff } from "./backoff.ts";

const { backoff_ms: first, backoff_max_ms: longest } = EXECUTOR;

it.each([
  [0, 0.5],
  [0.5, 0.75],
  [1, 1],
])("with the chance %d: %d of what doubles up to the longest, and begins anew", (chance, part) => {
  const backoff = createBackoff(() => chance);
  const doubling = Array.from({ length: 20 }, (_, n) => first * 2 ** n).filter((ms) => ms < longest);
  const full = [...doubling, longest, longest, longest];
  expect(full.map(() => backoff.next())).toEqual(full.map((ms) => part * ms));
  backoff.reset();
  expect(backoff.next()).toBe(part * first);
});
