/** An embedded Valkey or Redis server on loopback, with an append-only file in a given folder. */
import { mkdirSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { redisServer, valkeyServer } from "./binaries.ts";
import { freePort } from "./ports.ts";
import { type Program, unchanged } from "./recorded.ts";
import { ownRedisUsers } from "./redis-users.ts";
import { Service } from "./service.ts";
import type { SmallDisk } from "./small-disk.ts";

export interface ValkeyOptions {
  /** Data and log lie here; made if absent. A second start on the same folder finds the data again. */
  readonly dir: string;
  readonly port?: number;
  /** The address of this machine on which it listens; 127.0.0.1 by default. */
  readonly host?: string;
  /** Without users, for measurements through a wire that is not ours to log in on. */
  readonly open?: boolean;
  /** Prefix of the keys that the users may touch; `msb` by default. */
  readonly prefix?: string;
  /** Pools whose gpu-nodes get a user; `default` by default. */
  readonly pools?: readonly string[];
  /** Takes its data in place of `dir`. */
  readonly disk?: SmallDisk;
  /** Added at the end, so they override: `["--appendfsync", "always"]`. */
  readonly args?: readonly string[];
}

export interface ValkeyServer {
  /** As the owner, who may do everything. */
  readonly url: string;
  /** As one of the users of infra/redis/users.acl: `gateway`, or `pool-default`. */
  urlOf(user: string): string;
  readonly port: number;
  readonly service: Service;
  stop(): Promise<void>;
}

export function startValkey(options: ValkeyOptions): Promise<ValkeyServer> {
  return startServer("valkey", valkeyServer(), options);
}

/** The other server that we support: Redis 8 without modules. */
export function startRedis8(options: ValkeyOptions): Promise<ValkeyServer> {
  return startServer("redis8", redisServer(), options);
}

async function startServer(name: string, program: Program, options: ValkeyOptions): Promise<ValkeyServer> {
  const { disk } = options;
  const command = await unchanged(program);
  const { dir, prefix = "msb", pools = ["default"], host = "127.0.0.1" } = options;
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const users = options.open ? undefined : ownRedisUsers(dir, { prefix, pools });
  const port = options.port ?? (await freePort());
  const args = [
    ...flags({ host, port, dir: disk?.folder ?? dir }),
    ...(users ? ["--aclfile", users.aclFile] : []),
    ...(options.args ?? []),
  ];
  const service = new Service({
    name,
    ...(disk?.inside({ command, args }) ?? { command, args }),
    logFile: join(dir, `${name}.log`),
    isReady: () => answersPing({ host, port }, users?.passwords.owner),
    readyWithinMs: 20_000,
    stopSignal: "SIGTERM",
    graceMs: 5_000,
  });
  await service.start();
  const urlOf = (user: string): string => {
    const login = users ? `${user}:${users.passwords[user]}@` : "";
    return `redis://${login}${host}:${port}`;
  };
  return { url: urlOf("owner"), urlOf, port, service, stop: () => service.stop() };
}

function flags({ host, port, dir }: { host: string; port: number; dir: string }): string[] {
  const settings: Record<string, string> = {
    port: String(port),
    bind: host,
    dir,
    save: "",
    appendonly: "yes",
    "maxmemory-policy": "noeviction",
    // Longer than anything that we send; what is longer than a string can be in Node would end every gateway that reads it.
    "proto-max-bulk-len": "64mb",
  };
  return Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
}

/** False while it still loads its append-only file, which it says in place of PONG. */
function answersPing(place: { host: string; port: number }, password: string | undefined): Promise<boolean> {
  const login = password === undefined ? "" : `AUTH owner ${password}\r\n`;
  return new Promise((resolve) => {
    const socket = connect(place, () => socket.write(`${login}PING\r\n`));
    let said = "";
    const done = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(1_000, () => done(false));
    socket.once("error", () => done(false));
    socket.once("close", () => done(false));
    socket.on("data", (data) => {
      said += String(data);
      if (said.includes("+PONG") || said.includes("\n-") || said.startsWith("-"))
        done(said.includes("+PONG"));
    });
  });
}
