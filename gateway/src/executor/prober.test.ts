/** Engines are asked again, and what has changed is told. */
import { expect, it } from "vitest";
import { createPassingClock } from "../../test/passing-clock.ts";
import { createCapabilities, type Found } from "./capabilities.ts";
import { createProber } from "./prober.ts";
import { createTestNodeTypes } from "./test/node-types.ts";

const EVERY_MS = 60_000;
const none = (): void => {};

/** Two node types whose engines a test switches, and what has been heard of them. */
function start() {
  const types = createTestNodeTypes("one", "two")
    .list()
    .filter(({ type }) => type === "one" || type === "two");
  const here: Record<string, boolean> = { one: true, two: true };
  const asked: string[][] = [];
  const changes: string[][] = [];
  const engines = { here, isBroken: false, asked, changes };
  const clock = createPassingClock();
  const capabilities = createCapabilities(types);
  const probe = (names: readonly string[]): Promise<ReadonlyMap<string, Found>> => {
    asked.push([...names]);
    if (engines.isBroken) return Promise.reject(new Error("no thread"));
    return Promise.resolve(
      new Map(names.map((name) => [name, { engines: [{ name: "first", available: here[name] ?? false }] }])),
    );
  };
  const prober = createProber({
    types: ["one", "two"],
    probe,
    capabilities,
    everyMs: EVERY_MS,
    onChange: (names) => void changes.push([...names]),
    clock,
    logger: { debug: none, info: none, warn: none, error: none },
  });
  const available = () => capabilities.rows().map(({ engines: [engine] }) => engine?.available);
  const settled = async () => {
    for (let i = 0; i < 20; i += 1) await Promise.resolve();
  };
  return { ...engines, engines, clock, prober, available, settled };
}

it("looks into a failure, tells what has changed, and nothing when nothing has", async () => {
  const { prober, here, asked, changes, available, settled } = start();
  await prober.now();
  here.one = false;
  prober.ask(["one"]);
  await settled();
  expect([asked.at(-1), changes.at(-1), available()]).toEqual([["one"], ["one"], [false, true]]);
  here.one = true;
  await prober.now();
  expect(available()).toEqual([true, true]);
  await prober.now();
  expect(changes).toEqual([["one", "two"], ["one"], ["one"]]);
});

it("asks all again and again, until it is stopped", async () => {
  const { prober, clock, asked, settled } = start();
  prober.run();
  for (let round = 1; round <= 3; round += 1) {
    clock.pass(EVERY_MS);
    await settled();
    expect(asked).toHaveLength(round);
  }
  expect(asked.at(-1)).toEqual(["one", "two"]);
  prober.stop();
  clock.pass(EVERY_MS);
  await settled();
  expect(asked).toHaveLength(3);
});

it("asks once for all that is wanted while it looks", async () => {
  const { prober, asked, settled } = start();
  for (let i = 0; i < 5; i += 1) prober.ask(["one"]);
  prober.ask(["two"]);
  await settled();
  expect(asked).toEqual([["one"], ["one", "two"]]);
});

it("keeps what was known while nobody can be asked", async () => {
  const { prober, engines, available } = start();
  await prober.now();
  engines.isBroken = true;
  await prober.now();
  expect(available()).toEqual([true, true]);
});
