/** The services of ours in docker-compose.yml as plain processes: its environment, secrets, folders and user. */
import { execFileSync } from "node:child_process";
import { chmodSync, chownSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { python, ROOT, valkeyServer } from "@myspinbot/services/binaries.ts";
import { isReadyAt } from "@myspinbot/services/http.ts";
import { freePort } from "@myspinbot/services/ports.ts";
import { prepareSeaweed, type SeaweedServer } from "@myspinbot/services/seaweed.ts";
import { Service } from "@myspinbot/services/service.ts";
import { type ComposeFile, type ComposeService, entrypointOf, mountsOf } from "./files.ts";

/** Names of hosts on the network of the containers, and who answers for them here. */
export type Hosts = Readonly<Record<string, string>>;

const PROGRAMS: Readonly<Record<string, string>> = {
  "valkey-server": valkeyServer().path,
  node: process.execPath,
  python: python(),
};

/** As root one can become whom Compose names, where that user can run this and reach what is mounted for it. */
function userOf(file: ComposeFile, service: ComposeService, program: string): string[] {
  const { user = "", volumes = [], secrets = [] } = service;
  const [uid = "", gid = ""] = user.split(":");
  if (process.getuid?.() !== 0 || uid === "") return [];
  const as = ["setpriv", `--reuid=${uid}`, `--regid=${gid}`, "--clear-groups"];
  const may = (...words: string[]): void => {
    execFileSync(as[0]!, [...as.slice(1), ...words], { stdio: "ignore", cwd: ROOT });
  };
  try {
    may(program, "--version");
    for (const { source } of volumes) may("test", "-x", source);
    for (const { source } of secrets) may("test", "-r", file.secrets[source]!.file);
    return as;
  } catch {
    return [];
  }
}

/** Who stays root gives its rights away for handlers, which then need what anybody needs. */
function giveToRoot({ volumes = [] }: ComposeService): void {
  for (const { source } of volumes) {
    chownSync(source, 0, 0);
    for (const folder of [dirname(source), dirname(dirname(source))]) chmodSync(folder, 0o711);
  }
}

/** What the service's container would run, as a program of this machine. */
export function processOf(
  file: ComposeFile,
  name: string,
  {
    args,
    hosts,
    override = {},
  }: { args: readonly string[]; hosts: Hosts; override?: Record<string, string> },
): { command: string; args: string[]; env: Record<string, string> } {
  const service = file.services[name]!;
  const here = mountsOf(file, service);
  const away = (text: string): string =>
    Object.entries(hosts).reduce((said, [host, address]) => said.replaceAll(host, address), here(text));
  const env = Object.fromEntries(
    Object.entries(service.environment ?? {}).map(([key, value]) => [key, away(value)]),
  );
  const [program = "", ...rest] = args.map(here);
  const path = PROGRAMS[program]!;
  const as = userOf(file, service, path);
  if (as.length === 0 && process.getuid?.() === 0) giveToRoot(service);
  const line = [...as, path, ...rest];
  return { command: line[0]!, args: line.slice(1), env: { ...env, ...override } };
}

/** The store of our tests in place of MinIO, with the three users and the rights of infra/minio. */
export async function storeFor(file: ComposeFile, dir: string): Promise<SeaweedServer> {
  const secret = (name: string): string => readFileSync(file.secrets[name]!.file, "utf8");
  const identity = (role: string, actions: string[]): object => ({
    name: role,
    credentials: [
      { accessKey: secret(`store_${role}_access_key`), secretKey: secret(`store_${role}_secret_key`) },
    ],
    actions,
  });
  const bucket = "myspinbot";
  const identities = [
    identity("owner", ["Admin", "Read", "Write", "List", "Tagging"]),
    identity(
      "gateway",
      ["Read", "Write", "List", "Tagging"].map((action) => `${action}:${bucket}`),
    ),
    identity("pool", [`Read:${bucket}`, `Write:${bucket}/runs*`, `List:${bucket}/files*`]),
  ];
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  writeFileSync(join(dir, "s3.json"), JSON.stringify({ identities }), { mode: 0o600 });
  return prepareSeaweed({ dir, bucket });
}

export async function redisFor(file: ComposeFile, dir: string): Promise<{ port: number; service: Service }> {
  const port = await freePort();
  const program = processOf(file, "redis", { args: file.services.redis!.command!, hosts: {} });
  const service: Service = new Service({
    name: "redis of Compose",
    ...program,
    args: [...program.args, "--port", String(port), "--bind", "127.0.0.1"],
    logFile: join(dir, "redis.log"),
    isReady: (): Promise<boolean> =>
      Promise.resolve(service.logTail().includes("Ready to accept connections")),
    readyWithinMs: 20_000,
    stopSignal: "SIGTERM",
    graceMs: 5_000,
  });
  return { port, service };
}

/** A gateway or gpu-node: what its image runs, on a free port of loopback. */
export async function appOf(
  file: ComposeFile,
  { name, dockerfile, prefix }: { name: string; dockerfile: string; prefix: string },
  { hosts, dir }: { hosts: Hosts; dir: string },
): Promise<{ url: string; service: Service }> {
  const port = await freePort();
  const override = { [`${prefix}_PORT`]: String(port), [`${prefix}_HOST`]: "127.0.0.1" };
  const url = `http://127.0.0.1:${port}`;
  const service = new Service({
    name,
    ...processOf(file, name, { args: entrypointOf(dockerfile), hosts, override }),
    cwd: ROOT,
    logFile: join(dir, `${name}.log`),
    isReady: () => isReadyAt(`${url}/readyz`),
    readyWithinMs: 60_000,
    stopSignal: "SIGTERM",
    graceMs: 30_000,
  });
  return { url, service };
}
