import { expect, it } from "vitest";
import type { Entry } from "./collect.ts";
import type { Driver } from "./driver.ts";
import { takeAll } from "./take-all.ts";

const entry = (id: string, kind: string, run = "run"): Entry => ({
  ...{ shard: "s0", source: "default", id },
  fields: { run, kind },
});

/** Takes nothing to its end before it is told to. */
function slowDriver() {
  const sent: string[] = [];
  const ends = new Map<string, () => void>();
  const driver: Driver = {
    take({ id }) {
      sent.push(id);
      return new Promise((resolve) => void ends.set(id, resolve));
    },
  };
  const end = async (...ids: string[]): Promise<void> => {
    for (const id of ids) ends.get(id)!();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { sent, driver, end };
}

it("sends notes along with what comes behind them, and waits for that", async () => {
  const { sent, driver, end } = slowDriver();
  const entries = [
    ...[entry("1", "note"), entry("2", "note"), entry("3", "ending"), entry("4", "note"), entry("5", "note")],
    entry("other", "result", "other"),
  ];
  const taken = takeAll(driver, entries);
  expect(sent).toEqual(["1", "2", "3", "other"]);
  await end("3", "other");
  expect(sent).toHaveLength(4);
  await end("1", "2");
  expect(sent.slice(4)).toEqual(["4", "5"]);
  await end("4", "5");
  expect(await taken).toEqual([]);
});

it("asks before each entry whether there is time, and gives back what is left", async () => {
  const { sent, driver, end } = slowDriver();
  const entries = [entry("1", "note"), entry("2", "note"), entry("3", "ending")];
  const limits = { atOnce: 1, mayDrive: () => true, mayTake: () => sent.length < 2 };
  const taken = takeAll(driver, entries, limits);
  await end("1", "2");
  expect((await taken).map(({ id }) => id)).toEqual(["3"]);
});
