/** Where a connection leads that goes over a network binding. */
import { expect, it } from "vitest";
import { readRedisAddress } from "../../addresses.ts";
import type { Network } from "./runtime.ts";
import { connectorOver } from "./socket-connector.ts";
import type { SocketStream } from "./socket-stream.ts";

it.each([
  ["redis://10.0.0.2", "10.0.0.2:6379"],
  ["redis://redis.home.arpa:7000/3", "redis.home.arpa:7000"],
  ["redis://[fd00::2]", "[fd00::2]:6379"],
  ["redis://box:secret@[::1]:7000", "[::1]:7000"],
])("of %s leads to %s", async (url, place) => {
  const asked: string[] = [];
  const connect: Network["connect"] = ({ hostname, port }) => {
    asked.push(`${hostname}:${port}`);
    const { readable, writable } = new TransformStream();
    const opened = Promise.reject(new Error("nobody is there"));
    return { opened, readable, writable, close: () => Promise.resolve() };
  };
  const connector = new (
    connectorOver({ connect, fetch }, readRedisAddress(url)) as never as {
      new (): { connect(): Promise<SocketStream> };
    }
  )();
  const stream = await connector.connect();
  const error = await new Promise<Error>((hear) => stream.once("error", hear));
  expect(error.message).toBe("Redis cannot be reached");
  expect(asked).toEqual([place]);
});
