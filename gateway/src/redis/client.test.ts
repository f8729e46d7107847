import { createServer, type AddressInfo } from "node:net";
import { expect, it } from "vitest";
import { createCommandClient, createSubscriberClient } from "./client.ts";

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

it("leaves a server of a cluster on which nothing is heard any more", async () => {
  let [hangs, port] = [false, 0];
  let subscribedAgain = (): void => {};
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.on("data", (part: Buffer) => {
      const answers: Record<string, string> = {
        SLOTS: `*1\r\n*3\r\n:0\r\n:16383\r\n*2\r\n$9\r\n127.0.0.1\r\n:${port}\r\n`,
        info: "$0\r\n\r\n",
        subscribe: "*3\r\n$9\r\nsubscribe\r\n$1\r\nc\r\n:1\r\n",
        ping: hangs ? "" : "*2\r\n$4\r\npong\r\n$0\r\n\r\n",
      };
      for (const [word] of part.toString().matchAll(/SLOTS|info|subscribe|ping/g)) {
        socket.write(answers[word]!);
        if (word === "subscribe" && hangs) subscribedAgain();
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  port = (server.address() as AddressInfo).port;
  let askNow = (): void => {};
  const url = `redis+cluster://127.0.0.1:${port}`;
  const subscriber = createSubscriberClient(url, { socketTimeout: 300 }, (_, work) => {
    askNow = work;
    return () => {};
  });
  await subscriber.subscribe("c");
  askNow();
  await subscriber.ping();
  const left = new Promise<void>((resolve) => (subscribedAgain = resolve));
  hangs = true;
  askNow();
  await left;
  subscriber.disconnect();
  server.close();
});
