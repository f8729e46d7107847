/** One address for several servers, as a failover has it: connections stay where they were made, new ones go elsewhere. */
import { connect, createServer, type AddressInfo, type Socket } from "node:net";

export interface OneAddress {
  url: string;
  port: number;
  /** Where connections go that are made from now on. */
  lead(port: number): void;
  /** Connections of this moment get this answer to every command from now on; those made later do not. */
  answer(error: string): void;
  close(): void;
}

export async function oneAddress(first: number): Promise<OneAddress> {
  let target = first;
  const answers = new Map<Socket, string | undefined>();
  const server = createServer((client) => {
    const upstream = connect(target, "127.0.0.1");
    answers.set(client, undefined);
    const end = (): void => {
      answers.delete(client);
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) socket.on("error", end).on("close", end);
    upstream.on("data", (data) => client.write(data));
    client.on("data", (data) => {
      const error = answers.get(client);
      if (error === undefined) return upstream.write(data);
      const commands = data.toString("latin1").match(/^\*\d+\r\n/gm) ?? [];
      return commands.every(() => client.write(`-${error}\r\n`));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    lead: (next) => void (target = next),
    answer(error) {
      for (const client of answers.keys()) answers.set(client, error);
    },
    close() {
      server.close();
      for (const client of answers.keys()) client.destroy();
    },
  };
}
