/** Webhooks reach nobody who is not public: proven by listeners that nobody may connect to. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer as createTlsServer } from "node:tls";
import { createServer, type AddressInfo, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ownCertificate } from "@myspinbot/services/certificate.ts";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { request } from "undici";
import { startReceiver, type Receiver } from "../../../test/receiver.ts";
import corpus from "../../../test/webhook-urls.json" with { type: "json" };
import { createGuardedAgent, createGuardedPost, type GuardedPostOptions } from "./guarded-post.ts";

/** Listens on both loopback addresses at one port, and counts who comes. */
interface Canary {
  port: number;
  connects: number;
  close(): Promise<void>;
}

async function startCanary(): Promise<Canary> {
  const servers: Server[] = [];
  const canary: Canary = { port: 0, connects: 0, close: closeAll };
  async function closeAll(): Promise<void> {
    for (const server of servers) await new Promise((resolve) => server.close(resolve));
  }
  for (const host of ["127.0.0.1", "::1"]) {
    const server = createServer((socket) => {
      canary.connects += 1;
      socket.destroy();
    });
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(canary.port, host, resolve);
    });
    canary.port = (server.address() as AddressInfo).port;
    servers.push(server);
  }
  return canary;
}

let canary: Canary;
let receiver: Receiver;
beforeAll(async () => {
  canary = await startCanary();
  receiver = await startReceiver();
});
afterAll(async () => {
  await canary.close();
  await receiver.close();
});
beforeEach(() => {
  canary.connects = 0;
  receiver.got.length = 0;
});

const family = (address: string): 4 | 6 => (address.includes(":") ? 6 : 4);
const resolvingTo =
  (...addresses: string[]) =>
  async () =>
    addresses.map((address) => ({ address, family: family(address) }));
const options = (more: Partial<GuardedPostOptions> = {}): GuardedPostOptions => ({
  policy: { local: false, ports: ["443", "8443", String(canary.port)] },
  timeoutMs: 2000,
  userAgent: "MySpinBot/test",
  ...more,
});

/** What the attempt fails with. */
async function failure(url: string, more: Partial<GuardedPostOptions> = {}): Promise<string> {
  const guarded = createGuardedPost(options(more));
  try {
    const answer = await guarded.post({ url, headers: {}, body: "{}" });
    return `answered ${answer.status}`;
  } catch (error) {
    return (error as Error).message;
  } finally {
    await guarded.close();
  }
}

describe("0 connects to what is not public", () => {
  it("when the address says so, in any form", async () => {
    for (const url of Object.values(corpus.refused).flat()) {
      const said = await failure(url.replace("CANARY", String(canary.port)));
      expect(said, url).toMatch(/^The webhook's address must /);
    }
    expect(canary.connects).toBe(0);
  });

  it("when only the connection would show it: the address is not looked at before", async () => {
    const agent = createGuardedAgent(options());
    for (const host of [
      "127.0.0.1",
      "[::1]",
      "localhost",
      "127.1",
      "0x7f000001",
      "0.0.0.0",
      "[::ffff:127.0.0.1]",
    ]) {
      const asked = request(`http://${host}:${canary.port}/`, { dispatcher: agent });
      await expect(asked, host).rejects.toThrow("not public");
    }
    await agent.destroy();
    expect(canary.connects).toBe(0);
  });

  it("when a name leads there, with any one of its addresses", async () => {
    for (const addresses of corpus.resolved) {
      const said = await failure(`https://hooks.example.com:${canary.port}/`, {
        resolve: resolvingTo(...addresses),
      });
      expect(said, addresses.join(" ")).toMatch(/^The receiver's name (leads to an address|has no address)/);
    }
    expect(canary.connects).toBe(0);
  });

  it("when a name leads elsewhere when it is asked again, in 10,000 attempts", async () => {
    const inner = corpus.resolved.filter((addresses) => addresses.length > 0);
    let asked = 0;
    const guarded = createGuardedPost(
      options({ resolve: async () => resolvingTo(...inner[(asked += 1) % inner.length]!)() }),
    );
    const said = new Set<string>();
    for (let i = 0; i < 10_000; i += 1) {
      const url = `https://hooks${i}.example.com:${canary.port}/`;
      await guarded.post({ url, headers: {}, body: "{}" }).catch((error: Error) => said.add(error.message));
    }
    await guarded.close();
    expect([...said]).toEqual(["The receiver's name leads to an address that is not public."]);
    expect([asked, canary.connects]).toEqual([10_000, 0]);
  });
});

describe("a name whose answer flips", () => {
  it("is asked once per connection, which goes to what was looked at", async () => {
    const answers = [["127.0.0.1"], ["169.254.169.254"], ["::1"]];
    let asked = 0;
    // Here this machine counts as public, so that there is somebody to reach.
    const guarded = createGuardedPost({
      ...options({ policy: { local: true, ports: [] } }),
      resolve: async () => resolvingTo(...answers[(asked += 1) - 1]!)(),
    });
    const post = () =>
      guarded.post({
        url: `http://localhost:${receiver.port}/`,
        headers: { connection: "close" },
        body: "{}",
      });
    expect((await post()).status).toBe(204);
    expect([asked, receiver.got.length]).toEqual([1, 1]);
    await expect(post()).rejects.toThrow("not public");
    // The receiver listens on 127.0.0.1 alone: what the third answer says is what is dialled.
    await expect(post()).rejects.toThrow("Nobody listens at the address of the receiver (ECONNREFUSED).");
    expect([asked, receiver.got.length]).toEqual([3, 1]);
    await guarded.close();
  });
});

describe("a connection", () => {
  it("keeps the name for Host, also where it goes to an address", async () => {
    const more = { policy: { local: true, ports: [] }, resolve: resolvingTo("127.0.0.1") };
    expect(await failure(`http://localhost:${receiver.port}/x`, more)).toBe("answered 204");
    expect(receiver.got[0]!.headers.host).toBe(`localhost:${receiver.port}`);
  });

  it("keeps the name for TLS, and ends where the certificate is another's", async () => {
    const dir = mkdtempSync(join(tmpdir(), "hook-"));
    const { cert, key } = ownCertificate(dir);
    const names: string[] = [];
    const server = createTlsServer({
      cert: readFileSync(cert),
      key: readFileSync(key),
      SNICallback: (name, done) => {
        names.push(name);
        done(null);
      },
    });
    server.on("tlsClientError", () => {});
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const said = await failure(`https://hooks.example.com:${port}/`, {
      policy: { local: true, ports: [String(port)] },
      resolve: resolvingTo("127.0.0.1"),
    });
    expect(said).toMatch(/^The TLS certificate of the receiver is not trusted/);
    expect(names).toEqual(["hooks.example.com"]);
    await new Promise((resolve) => server.close(resolve));
    rmSync(dir, { recursive: true });
  });

  it("is not made with a name that nobody knows", async () => {
    const resolve = async (): Promise<never> => {
      throw Object.assign(new Error("queryA ENOTFOUND"), { code: "ENOTFOUND" });
    };
    expect(await failure("https://hooks.example.com/", { resolve })).toBe(
      "The host name of the receiver cannot be resolved (ENOTFOUND).",
    );
  });
});
