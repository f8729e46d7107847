import { describe, expect, it } from "vitest";
import { createLogger } from "../telemetry/logger.ts";
import { createConnections } from "./redis-connections.ts";

describe("a blocking read", () => {
  it.each([
    ["redis://127.0.0.1:6379", 15_000],
    // Another server may have taken over meanwhile.
    ["redis+cluster://127.0.0.1:7001,127.0.0.1:7002", 2_000],
  ])("waits at %s for %d ms", (url, blockMs) => {
    const connections = createConnections(url, createLogger({ level: "error", write() {}, now: () => 0 }));
    const reader = connections.reader("s0");
    expect(connections.blockMs).toBe(blockMs);
    expect(reader.options.socketTimeout).toBe(blockMs + 2000);
    reader.disconnect();
  });
});
