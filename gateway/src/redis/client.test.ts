import { createServer, type AddressInfo } from "node:net";
import { expect, it } from "vitest";
import { createCommandClient } from "./client.ts";

it("lets no command wait longer than two seconds, connecting again included", () => {
  const { options } = createCommandClient("redis://127.0.0.1:9");
  expect(options.commandTimeout).toBe(2000);
  expect(options.connectTimeout).toBeLessThan(options.commandTimeout!);
  expect(options.maxRetriesPerRequest).toBe(1);
});

it("sends what is asked in one turn of the event loop in one write, where it may wait for its end", async () => {
  const parts: string[] = [];
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.on("data", (part: Buffer) => {
      parts.push(part.toString());
      socket.write("+PONG\r\n".repeat(part.toString().match(/ping/g)?.length ?? 0));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const redis = createCommandClient(`redis://127.0.0.1:${port}`, {
    enableReadyCheck: false,
    behind: setImmediate,
  });
  await redis.ping();
  parts.length = 0;
  await Promise.all([redis.ping(), Promise.resolve().then(() => redis.ping()), redis.ping()]);
  expect(parts).toEqual(["*1\r\n$4\r\nping\r\n".repeat(3)]);
  redis.disconnect();
  server.close();
});
