/** The body of deliveries, of the largest runs too. */
import { validateWebhookPayload } from "@myspinbot/contracts/validators.js";
import { describe, expect, it } from "vitest";
import { newId } from "../ids.ts";
import { toBody } from "./payload.ts";
import type { Taken } from "./take.ts";

const taken = (type: string): Taken => ({
  ...{ shard: "s9999", delivery: `${newId("dlv", "s9999")}1`, run: newId("run", "s9999"), owner: "o" },
  ...{ hook: "", lane: "l", type, seq: "9007199254740991", at: "1796036400000", started_at: "1796036399999" },
  ...{ attempt: "1", since: "0" },
});

describe("a body", () => {
  it("fits its schema and has at most 20 KB, whatever the run", () => {
    // The largest that a run may have: 20 tags of 64 characters, each of four bytes, and the longest name of a graph.
    const tags = JSON.stringify(Array.from({ length: 20 }, () => "\u{1f41d}".repeat(64)));
    const facts = { graph: "g".repeat(64), created_at: "1796036399000", tags };
    for (const type of ["run.queued", "run.waiting", "run.succeeded", "run.timed_out"]) {
      const body = toBody(taken(type), facts);
      expect(new TextEncoder().encode(body).length).toBeLessThan(20_000);
      expect(validateWebhookPayload(JSON.parse(body)), JSON.stringify(validateWebhookPayload.errors)).toBe(
        true,
      );
    }
  });

  it("is the same each time, and says what was so at the event", () => {
    const facts = { graph: "one", created_at: "1796036399000", tags: "[]" };
    const delivery = { ...taken("run.queued"), started_at: "" };
    expect(toBody(delivery, facts)).toBe(toBody(delivery, facts));
    expect(JSON.parse(toBody(delivery, facts))).toMatchObject({ data: { run: { status: "queued" } } });
    expect(toBody(delivery, facts)).not.toContain("started_at");
    expect(JSON.parse(toBody(taken("run.failed"), facts))).toMatchObject({
      data: { run: { status: "failed", completed_at: "2026-11-30T11:00:00.000Z" } },
    });
  });
});
