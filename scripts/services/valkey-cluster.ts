/** A cluster of Valkey servers on loopback, each with its append-only file and the users of one server. */
import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import { freePorts } from "./ports.ts";
import { startValkey, type ValkeyOptions, type ValkeyServer } from "./valkey.ts";

export interface ValkeyCluster {
  readonly servers: readonly ValkeyServer[];
  /** All servers in one address, for one of the users of infra/redis/users.acl. */
  urlOf(user: string): string;
  stop(): Promise<void>;
}

export interface ValkeyClusterOptions extends Pick<ValkeyOptions, "prefix" | "pools" | "args"> {
  /** Each server has a folder in it. */
  readonly dir: string;
  readonly servers: number;
}

const SLOTS = 16_384;
/** Between the port for clients and the one on which servers speak with each other. */
const BUS = 10_000;
/** Servers that are alive go on with what they have while others are away. */
const FLAGS = [
  ...["--cluster-enabled", "yes", "--cluster-require-full-coverage", "no"],
  ...["--cluster-node-timeout", "2000"],
];

/** Starts the servers and gives each the same share of the slots, in order, as `valkey-cli --cluster create` does. */
export async function startValkeyCluster({
  dir,
  servers: count,
  args = [],
  ...options
}: ValkeyClusterOptions): Promise<ValkeyCluster> {
  const ports = await freePorts(count, BUS);
  const servers: ValkeyServer[] = [];
  const folderOf = (index: number): string => join(dir, `server-${index}`);
  const stop = async (): Promise<void> => {
    await Promise.all(servers.map((server) => server.stop()));
  };
  try {
    for (const [index, port] of ports.entries()) {
      mkdirSync(folderOf(index), { recursive: true, mode: 0o700 });
      // One set of passwords for all of them.
      if (index > 0)
        copyFileSync(join(folderOf(0), "passwords.json"), join(folderOf(index), "passwords.json"));
      servers.push(await startValkey({ ...options, dir: folderOf(index), port, args: [...FLAGS, ...args] }));
    }
    await introduce(servers);
  } catch (error) {
    await stop();
    throw error;
  }
  const urlOf = (user: string): string => {
    const login = new URL(servers[0]!.urlOf(user));
    return `redis+cluster://${login.username}:${login.password}@${ports.map((port) => `127.0.0.1:${port}`).join(",")}`;
  };
  return { servers, urlOf, stop };
}

/** Gives out the slots, and waits until each server knows that all of them are given out. */
async function introduce(servers: readonly ValkeyServer[]): Promise<void> {
  const clients = servers.map(({ url }) => new Redis(url));
  try {
    for (const [index, client] of clients.entries()) {
      const [first, next] = [index, index + 1].map((each) => Math.ceil((each * SLOTS) / clients.length)) as [
        number,
        number,
      ];
      await client.cluster("SET-CONFIG-EPOCH", index + 1);
      // As whom they log in to each other, to take over slots.
      await client.config("SET", "primaryuser", "owner");
      await client.config("SET", "primaryauth", client.options.password ?? "");
      await client.cluster("ADDSLOTSRANGE", first, next - 1);
      await client.cluster("MEET", "127.0.0.1", servers[0]!.port);
    }
    for (const client of clients) await whole(client, clients.length);
  } finally {
    for (const client of clients) client.disconnect();
  }
}

async function whole(client: Redis, servers: number): Promise<void> {
  const signs = ["cluster_state:ok", `cluster_slots_ok:${SLOTS}`, `cluster_known_nodes:${servers}`];
  for (let tries = 0; tries < 400; tries += 1) {
    const info = await client.cluster("INFO");
    if (signs.every((sign) => info.includes(sign))) return;
    await sleep(50);
  }
  throw new Error("the servers did not become a cluster in 20 s");
}
