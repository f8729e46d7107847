import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { redisServer, valkeyServer, weed } from "./binaries.ts";
import { type Program, unchanged } from "./recorded.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "recorded-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** A package with one program, whose record was written when it had the bytes `installed`. */
function installed(bytes: string): Program {
  mkdirSync(join(dir, "server-1.0.dist-info"), { recursive: true });
  const digest = createHash("sha256").update(bytes).digest("base64url");
  writeFileSync(
    join(dir, "server-1.0.dist-info", "RECORD"),
    `server/run,sha256=${digest},${bytes.length}\r\n`,
  );
  mkdirSync(join(dir, "server"));
  const path = join(dir, "server", "run");
  writeFileSync(path, bytes);
  return { path, packages: dir, package: "server" };
}

describe("a program that a package brought", () => {
  it.each([valkeyServer, redisServer, weed])("is ours as it was installed: %o", async (program) => {
    expect(await unchanged(program())).toBe(program().path);
  });

  it("is refused by name if a byte has changed, with what mends it", async () => {
    const program = installed("bytes");
    writeFileSync(program.path, "bytes of somebody else");
    const refusal = /server\/run is not the program that was installed: .*npm run bootstrap/;
    await expect(unchanged(program)).rejects.toThrow(refusal);
  });

  it("is refused if its record does not list it", async () => {
    const program = installed("bytes");
    await expect(unchanged({ ...program, package: "other" })).rejects.toThrow("not the program");
  });

  it("is refused if it is missing", async () => {
    const program = installed("bytes");
    rmSync(program.path);
    await expect(unchanged(program)).rejects.toThrow("is missing or cannot be read");
  });
});
