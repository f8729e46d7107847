import { execFile, spawnSync } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

import { delimiter, dirname, join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { environment } from "./environment.mjs";
import { DATA, NODE } from "./paths.mjs";

afterEach(() => void vi.unstubAllEnvs());

test("tools find the project's Node before the system's, and temporary files stay in the clone", () => {
  const { PATH = "", TMPDIR } = environment();
  expect(PATH.split(delimiter)[0]).toBe(dirname(NODE));
  expect(spawnSync("node", ["--version"], { env: { PATH }, encoding: "utf8" }).stdout).toBe(
    `${process.version}\n`,
  );
  expect(TMPDIR).toBe(join(DATA, "tmp"));
});

test("a proxy is not asked for what listens on loopback", async () => {
  vi.stubEnv("NO_PROXY", "example.org");
  vi.stubEnv("no_proxy", undefined);
  const asked = await new Promise<string>((resolve) => {
    const server = createServer((_, response) => response.end("loopback"));
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      const env = {
        ...process.env,
        ...environment(),
        NODE_USE_ENV_PROXY: "1",
        HTTP_PROXY: "http://127.0.0.1:9",
      };
      const script = `console.log(await (await fetch("http://127.0.0.1:${port}")).text())`;
      execFile(process.execPath, ["--input-type=module", "-e", script], { env }, (error, out) => {
        server.close();
        resolve(error ? error.message : out);
      });
    });
  });
  expect(asked).toBe("loopback\n");
  expect(environment().NO_PROXY).toBe("example.org,127.0.0.1,localhost,::1");
});
