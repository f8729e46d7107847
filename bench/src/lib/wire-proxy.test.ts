/** What the proxy counts, with a server that answers when so many have asked. */
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { startWireProxy } from "./wire-proxy.ts";

it("counts the longest chain of questions that each waited for an answer, of new connections", async () => {
  let together = 2;
  const asking: Socket[] = [];
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.on("data", () => {
      asking.push(socket);
      if (asking.length === together) for (const each of asking.splice(0)) each.write("!");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const proxy = await startWireProxy((server.address() as AddressInfo).port);
  onTestFinished(async () => {
    await proxy.close();
    server.close();
  });
  proxy.setDelay(1);
  const open = (): Socket => connect(proxy.port, "127.0.0.1");
  const ask = async (socket: Socket): Promise<void> => {
    socket.write("?");
    await once(socket, "data");
  };
  const [one, two] = [open(), open()];
  await Promise.all([ask(one), ask(two)]);
  together = 1;
  await ask(two);
  await ask(one);
  const { turnarounds, chain } = proxy.takeCounts();
  expect([turnarounds, chain]).toEqual([4, 3]);
  await ask(one);
  await ask(two);
  expect(proxy.takeCounts()).toMatchObject({ turnarounds: 2, chain: 0 });
});
