// Makes the first API keys of an installation, each in a file of its own: the owner's, and one for Prometheus.
// Run again it makes what is missing. A key whose file is lost is revoked with `keys.ts revoke` and made again here.
import { spawnSync } from "node:child_process";
import { existsSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const FOLDER = process.argv[2];
const KEYS = { owner: "runs:write,runs:read,operate", prometheus: "operate" };

for (const [name, scopes] of Object.entries(KEYS)) {
  const file = join(FOLDER, name);
  if (existsSync(file)) continue;
  const create = ["gateway/src/entry/nodejs/keys.ts", "create", "--owner", name, "--scopes", scopes];
  const { status, stdout, stderr } = spawnSync(process.execPath, create, { encoding: "utf8" });
  if (status !== 0) {
    process.stderr.write(stderr);
    process.exit(1);
  }
  writeFileSync(`${file}.part`, stdout.trim(), { mode: 0o600 });
  renameSync(`${file}.part`, file);
  process.stdout.write(`made the key of ${name}: ${file}\n`);
}
