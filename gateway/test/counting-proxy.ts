/**
 * Between a client and its server: counts turnarounds, which are what distance costs. Replies are held back for a while,
 * so that whatever is asked without waiting for a reply belongs to one turnaround.
 */
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { systemClock } from "../src/clock.ts";

export interface CountingProxy {
  port: number;
  /** Resolves when no connection is open any more: the longest chain of questions that each waited for an answer. */
  ended(): Promise<number>;
  close(): void;
}

export async function countingProxy(target: number, holdMs: number): Promise<CountingProxy> {
  let open = 0;
  /** Links of the chain that were answered, over all connections. */
  let answered = 0;
  let asked = 0;
  let held: (() => void)[] | undefined;
  let tell = (): void => {};

  /** What comes within the time is delivered together. */
  const hold = (deliver: () => void): void => {
    if (held) return void held.push(deliver);
    held = [deliver];
    systemClock.after(holdMs, () => {
      const all = held!;
      held = undefined;
      for (const each of all) each();
    });
  };
  const meet = (client: Socket): void => {
    const server = connect(target, "127.0.0.1");
    open += 1;
    client.on("data", (data) => {
      asked = answered + 1;
      server.write(data);
    });
    server.on("data", (data) => {
      const link = asked;
      hold(() => {
        answered = Math.max(answered, link);
        client.write(data);
      });
    });
    client.once("close", () => {
      open -= 1;
      server.destroy();
      if (open === 0) tell();
    });
    server.once("close", () => client.destroy());
    for (const socket of [client, server]) socket.setNoDelay(true).on("error", () => socket.destroy());
  };
  const proxy = createServer(meet);
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  return {
    port: (proxy.address() as AddressInfo).port,
    async ended() {
      if (open > 0) await new Promise<void>((resolve) => (tell = resolve));
      const links = answered;
      answered = asked = 0;
      return links;
    },
    close: () => void proxy.close(),
  };
}
