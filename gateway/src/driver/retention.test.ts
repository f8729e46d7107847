/** Runs and uploads that are due are removed beside their timers, a few at once. */
import { createKeys } from "@myspinbot/contracts/keys.ts";
import { describe, expect, it, vi } from "vitest";
import { AppError } from "../errors/app-error.ts";
import { newId, newPlainId } from "../ids.ts";
import { createRetention } from "./retention.ts";

function setUp(remove: (run: string) => Promise<void>) {
  const redis = { zrem: vi.fn(() => Promise.resolve(1)) };
  const logger = { debug: vi.fn(), warn: vi.fn() };
  const retention = createRetention({
    redis: redis as never,
    keys: createKeys("t"),
    remove: { retention: remove, folder: remove, upload: remove },
    logger,
  });
  return { retention, redis, logger };
}

const RUN = newId("run", "s0");
const DUE = `retention|${RUN}|`;

describe("retention", () => {
  it("returns at once, removes a run once at a time, and no more than four together", async () => {
    const removing: string[] = [];
    const gate = Promise.withResolvers<void>();
    const { retention } = setUp((run) => {
      removing.push(run);
      return gate.promise;
    });
    for (let i = 0; i < 3; i += 1) retention.due("s0", DUE);
    for (let i = 0; i < 6; i += 1) retention.due("s0", `upload|${newPlainId("file")}|default`);
    expect(removing).toHaveLength(4);
    expect(removing.filter((run) => run === RUN)).toHaveLength(1);
    gate.resolve();
    await retention.idle();
    retention.due("s0", DUE);
    expect(removing).toHaveLength(5);
  });

  it("drops the timer of a run that is gone, and keeps that of one that could not be removed", async () => {
    const fail = (code: "run-not-found" | "store-unavailable") => () =>
      Promise.reject(new AppError(code, "no"));
    const gone = setUp(fail("run-not-found"));
    gone.retention.due("s0", DUE);
    await gone.retention.idle();
    expect(gone.redis.zrem).toHaveBeenCalledWith("t:{s0}:timers", DUE);
    const away = setUp(fail("store-unavailable"));
    away.retention.due("s0", DUE);
    await away.retention.idle();
    expect(away.redis.zrem).not.toHaveBeenCalled();
  });

  it("survives an error that nobody foresaw, and says it", async () => {
    const { retention, logger } = setUp(() => Promise.reject(new Error("odd")));
    retention.due("s0", DUE);
    await retention.idle();
    expect(logger.warn).toHaveBeenCalledOnce();
  });
});
