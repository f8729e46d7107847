/** Where a connection leads that goes over a network binding. */
import { expect, it } from "vitest";
import { readRedisAddress } from "../../addresses.ts";
import type { Network } from "./runtime.ts";
import { connectorOver } from "./socket-connector.ts";

it.each([
  ["redis://10.0.0.2", "10.0.0.2:6379"],
  ["redis://redis.home.arpa:7000/3", "redis.home.arpa:7000"],
  ["redis://[fd00::2]", "[fd00::2]:6379"],
  ["redis://box:secret@[::1]:7000", "[::1]:7000"],
])("of %s leads to %s", async (url, place) => {
  const asked: string[] = [];
  const connect: Network["connect"] = ({ hostname, port }) => {
    asked.push(`${hostname}:${port}`);
    return { opened: Promise.reject(new Error("nobody is there")) } as never;
  };
  const connector = new (
    connectorOver({ connect, fetch }, readRedisAddress(url)) as never as {
      new (): { connect(): Promise<unknown> };
    }
  )();
  await expect(connector.connect()).rejects.toThrow("Redis cannot be reached");
  expect(asked).toEqual([place]);
});
