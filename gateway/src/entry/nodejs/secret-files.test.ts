/** Both services are tested on one table of files, so that no secret is read by one and refused by the other. */
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ConfigError, readConfig, SecretFileError } from "../../config.ts";
import { createSecretFiles } from "./secret-files.ts";

interface Content {
  text?: string;
  hex?: string;
  times?: number;
  means?: string;
  refused?: string;
}
interface Kind {
  kind?: "absent" | "folder" | "pipe" | "link";
  mode?: string;
  means?: string;
  refused?: string;
  open?: true;
}

const table = JSON.parse(
  readFileSync(new URL("../../../../schemas/config/secret-files.json", import.meta.url), "utf8"),
) as { content: Content[]; file: Kind[] };

let dir: string;
let path: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "myspinbot-secrets-"));
  path = join(dir, "secret");
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function expectRead({ means, refused }: { means?: string; refused?: string }): string[] {
  const files = createSecretFiles();
  const read = (): string => files.read(path, "X_FILE");
  if (refused === undefined) expect(read()).toBe(means);
  else expect(read).toThrow(new SecretFileError(refused));
  return files.open;
}

function make({ kind, mode = "600" }: Kind): void {
  if (kind === "absent") return;
  if (kind === "folder") return mkdirSync(path);
  if (kind === "pipe") return void spawnSync("mkfifo", [path]);
  const file = kind === "link" ? join(dir, "target") : path;
  writeFileSync(file, "hunter2\n");
  chmodSync(file, Number.parseInt(mode, 8));
  if (kind === "link") symlinkSync(file, path);
}

describe("a file of a secret", () => {
  it.each(table.content.map((row) => [JSON.stringify(row.text ?? row.hex), row] as const))(
    "with %s",
    (_, { text, hex, times = 1, means, refused }) => {
      writeFileSync(path, hex === undefined ? (text ?? "").repeat(times) : Buffer.from(hex, "hex"), {
        mode: 0o600,
      });
      expectRead(means === undefined ? { refused: refused! } : { means: means.repeat(times) });
    },
  );

  it.each(table.file)("that is $kind$mode", (row) => {
    make(row);
    expect(expectRead(row)).toEqual(row.open ? ["X_FILE"] : []);
  });
});

describe("a configuration with files", () => {
  const rest = {
    GATEWAY_S3_ENDPOINT: "http://127.0.0.1:1",
    GATEWAY_S3_ACCESS_KEY: "a",
    GATEWAY_S3_SECRET_KEY: "b",
  };

  it("takes secrets from them", () => {
    writeFileSync(path, "redis://:hunter2@localhost\n", { mode: 0o600 });
    const config = readConfig({ ...rest, GATEWAY_REDIS_URL_FILE: path }, createSecretFiles().read);
    expect(config.redis_url).toBe("redis://:hunter2@localhost");
  });

  it.each<[string, Record<string, string>, string]>([
    [
      "both ways",
      { GATEWAY_S3_SECRET_KEY_FILE: "hunter2" },
      "GATEWAY_S3_SECRET_KEY and GATEWAY_S3_SECRET_KEY_FILE",
    ],
    [
      "in place of its file's name",
      { GATEWAY_REDIS_URL_FILE: "hunter2" },
      "GATEWAY_REDIS_URL_FILE names a file that does",
    ],
    ["for what is no secret", { GATEWAY_PORT_FILE: "hunter2" }, "GATEWAY_REDIS_URL is missing"],
  ])("refuses one that is given %s, and shows it not", (_, more, says) => {
    const files = createSecretFiles();
    const problems = (): unknown => readConfig({ ...rest, ...more }, files.read);
    expect(problems).toThrow(ConfigError);
    expect(problems).toThrow(says);
    expect(problems).not.toThrow("hunter2");
  });

  it("judges what is in them, and shows it not", () => {
    writeFileSync(path, "http://hunter2", { mode: 0o600 });
    const problems = (): unknown =>
      readConfig({ ...rest, GATEWAY_REDIS_URL_FILE: path }, createSecretFiles().read);
    expect(problems).toThrow("GATEWAY_REDIS_URL (from GATEWAY_REDIS_URL_FILE) must begin with redis://");
    expect(problems).not.toThrow("hunter2");
  });
});
