import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { checkConfigs } from "./check-configs.ts";
import { findCloudflared, TunnelError } from "./cloudflared.ts";

const FAKE = join(import.meta.dirname, "test", "cloudflared");
const { PATH = "" } = process.env;
const dir = mkdtempSync(join(tmpdir(), "tunnel-check-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function file(name: string, text: string): string {
  writeFileSync(join(dir, name), text);
  return join(dir, name);
}

it("finds cloudflared by its variable, else on PATH, and says when what is there is none", () => {
  expect(findCloudflared({ PATH: dir })).toBeUndefined();
  expect(findCloudflared({ PATH, CLOUDFLARED_BIN: FAKE })).toEqual({ path: FAKE, version: "2026.8.2" });
  const onPath = `${join(FAKE, "..")}:${PATH}`;
  expect(findCloudflared({ PATH: onPath })).toEqual({ path: "cloudflared", version: "2026.8.2" });
  expect(findCloudflared({ PATH: onPath, CLOUDFLARED_BIN: "" })).toMatchObject({ version: "2026.8.2" });
  for (const env of [
    { PATH: onPath, CLOUDFLARED_BIN: join(dir, "nowhere") },
    { PATH, CLOUDFLARED_BIN: dir },
    { PATH, CLOUDFLARED_BIN: FAKE, FAKE_CLOUDFLARED: "foreign" },
  ])
    expect(() => findCloudflared(env)).toThrow(TunnelError);
});

it.each([
  ["2024.12.2", "too old: 2025.7.0 or newer"],
  ["2025.6.10", "too old: 2025.7.0 or newer"],
  ["2025.7.0", undefined],
  ["2025.10.0", undefined],
  ["DEV", undefined],
])("takes cloudflared %s only where it is new enough", (version, why) => {
  const find = () => findCloudflared({ PATH, CLOUDFLARED_BIN: FAKE, FAKE_CLOUDFLARED_VERSION: version });
  if (why === undefined) expect(find()).toEqual({ path: FAKE, version });
  else expect(find).toThrow(why);
});

it("says what cloudflared would pass over", () => {
  const future = file(
    "future.yml",
    "ingress: [{ service: http_status:404, originRequest: {futureWord: 1} }]\n",
  );
  const { lines, isRight } = checkConfigs([future], { path: FAKE, version: "2026.8.2" });
  expect(isRight).toBe(false);
  expect(lines).toContain(
    `${future}: cloudflared passes something over: line 1: field futureWord not found in type config.OriginRequestConfig`,
  );
});

it("says what was checked, by whom, and what is wrong with each file", () => {
  const right = file("right.yml", "ingress: [{ service: http_status:404 }]\n");
  const wrong = file("wrong.yml", "ingress: [{ service: http_status:999 }]\n");
  const missing = join(dir, "missing.yml");
  expect(checkConfigs([right], undefined)).toEqual({
    lines: [
      `${right}: right`,
      "Checked statically only: cloudflared is neither on PATH nor named by CLOUDFLARED_BIN.",
    ],
    isRight: true,
  });
  const { lines, isRight } = checkConfigs([right, wrong, missing], { path: FAKE, version: "2026.8.2" });
  expect(isRight).toBe(false);
  expect(lines).toEqual([
    `${right}: right`,
    expect.stringContaining(`${wrong}: ingress rule 1 answers http_status:999`),
    `${wrong}: cloudflared refuses it: Validation failed: invalid HTTP status`,
    expect.stringContaining(`${missing}: cannot be read`),
    `Checked statically and by cloudflared 2026.8.2 (${FAKE}).`,
  ]);
});
