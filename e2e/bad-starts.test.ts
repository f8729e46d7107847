/** What is wrong where a service is started is one sentence of the process, which says which and what to do; health says it too. */
import { mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AppOptions, AppServer } from "@myspinbot/services/app-process.ts";
import { prepareGateway } from "@myspinbot/services/gateway.ts";
import { prepareGpuNode } from "@myspinbot/services/gpu-node.ts";
import { startSeaweed, type SeaweedServer } from "@myspinbot/services/seaweed.ts";
import { startValkey, type ValkeyServer } from "@myspinbot/services/valkey.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const SERVICES = [
  { name: "gateway", app: "GATEWAY", user: "gateway", prepare: prepareGateway },
  { name: "gpu-node", app: "GPU_NODE", user: "pool-default", prepare: prepareGpuNode },
] as const;

const dir = mkdtempSync(join(tmpdir(), "myspinbot-bad-"));
let valkey: ValkeyServer;
let seaweed: SeaweedServer;
let busy: Server;
const running: AppServer[] = [];

beforeAll(async () => {
  valkey = await startValkey({ dir: join(dir, "redis") });
  seaweed = await startSeaweed({ dir: join(dir, "s3") });
  busy = createServer();
  await new Promise<void>((resolve) => busy.listen(0, "127.0.0.1", resolve));
});
afterAll(async () => {
  await Promise.all(running.map((service) => service.stop()));
  busy.close();
  await seaweed.stop();
  await valkey.stop();
  rmSync(dir, { recursive: true, force: true });
});

describe.each(SERVICES)("the $name", ({ name, app, user, prepare }) => {
  const given = async (what: string, more: Partial<AppOptions>): Promise<AppServer> => {
    const options = { dir: join(dir, `${name}-${what}`), redisUrl: valkey.urlOf(user), s3: seaweed, ...more };
    const service = await prepare(options);
    running.push(service);
    service.service.launch();
    return service;
  };
  const port = (): number => (busy.address() as AddressInfo).port;

  it.each<[string, () => Partial<AppOptions>, RegExp]>([
    [
      "a missing secret",
      () => ({ env: { [`${app}_S3_SECRET_KEY_FILE`]: "" } }),
      new RegExp(
        `${app}_S3_SECRET_KEY is missing: set it, or name a file that holds it in ${app}_S3_SECRET_KEY_FILE`,
      ),
    ],
    [
      "a secret's file that is not there",
      () => ({ env: { [`${app}_S3_SECRET_KEY_FILE`]: join(dir, "nowhere") } }),
      new RegExp(`${app}_S3_SECRET_KEY_FILE names a file that does not exist`),
    ],
    ["a port in use", () => ({ port: port() }), new RegExp(`set ${app}_PORT to another, or to 0\\.`)],
    [
      "an address of another machine",
      () => ({ env: { [`${app}_HOST`]: "192.0.2.1", GATEWAY_AUTH: "required" } }),
      new RegExp(`set ${app}_HOST to (an address of it|one of this machine)`),
    ],
  ])("ends with one sentence for %s", async (what, more, sentence) => {
    const { service } = await given(what.replaceAll(/\W/g, "-"), more());
    const { code } = await service.exited;
    expect(code).toBeGreaterThan(0);
    expect(service.logTail()).toMatch(sentence);
    expect(service.logTail()).not.toMatch(/Traceback|^ {4}at /m);
  });

  /** The log may say it once only, so health is asked until it says what it found. */
  const saysSo = async (service: AppServer, sentence: string): Promise<void> => {
    await expect
      .poll(
        async () => {
          const answer = await fetch(`${service.url}/readyz`).catch(() => undefined);
          return answer?.status === 503 ? ((await answer.json()) as { detail: string }).detail : "";
        },
        { timeout: 60_000 },
      )
      .toContain(sentence);
    expect(service.service.alive).toBe(true);
  };

  it("lives with a wrong password of Redis, and says so in its log, too", async () => {
    const service = await given("password", { redisUrl: valkey.urlOf(user).replace(/:[^:@]+@/, ":wrong@") });
    const said = `Redis refuses the user or password of its address (WRONGPASS): correct ${app}_REDIS_URL`;
    await saysSo(service, said);
    await expect.poll(() => service.service.logTail()).toContain(said);
    expect(service.service.logTail()).not.toContain(":wrong@");
  });

  it("lives with a wrong secret of the store", async () => {
    const service = await given("store", {
      s3: { ...seaweed, accessKey: seaweed.accessKey, secretKey: "wrong" },
    });
    await saysSo(service, `object store answered 403 (SignatureDoesNotMatch): correct ${app}_S3_SECRET_KEY`);
  });
});

it("the gateway that wants a key says how the first is made, while there is none", async () => {
  const gateway = await prepareGateway({
    dir: join(dir, "keyless"),
    redisUrl: valkey.urlOf("gateway"),
    s3: { ...seaweed, endpoint: "http://127.0.0.1:6000" },
    env: { GATEWAY_AUTH: "required" },
  });
  running.push(gateway);
  gateway.service.launch();
  await expect
    .poll(() => gateway.service.logTail(), { timeout: 60_000 })
    .toContain("npm run keys -- create --owner NAME --scopes");
  // Some ports are never called, whoever listens there.
  await expect
    .poll(() => gateway.service.logTail(), { timeout: 60_000 })
    .toContain("The address of the object store has a port that no client of HTTP calls: give it another");
});
