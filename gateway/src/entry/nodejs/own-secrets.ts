/** Takes the secrets out of this process's environment, and out of what the system shows of it to others. */
import { mkdtempSync, readFileSync, rmdirSync, unlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { GATEWAY_ENV } from "@myspinbot/contracts/config.ts";

type Environment = Record<string, string | undefined>;

const SECRETS = Object.values(GATEWAY_ENV)
  .filter(({ secret }) => secret)
  .map(({ env }) => env);

/** Names the file in which this process, before it started again, has left its secrets for itself. */
const LEFT = "GATEWAY_LEFT_SECRETS";

export interface OwnSecrets {
  /** With the secrets, for whoever reads the configuration; `process.env` has them no more. */
  environment: Environment;
  /** Variables that the system goes on showing. */
  shown: string[];
}

/**
 * A process cannot change what the system shows of its environment (`/proc/<pid>/environ`, `ps e`): so one that was
 * given secrets there starts again, in its own place and under its own id, and finds them in a file that it removes.
 */
export function takeSecrets(): OwnSecrets {
  const environment = { ...process.env, ...takeLeft() };
  const shown = SECRETS.filter(isShown);
  if (shown.length > 0) startAgain(Object.fromEntries(shown.map((name) => [name, environment[name]])));
  for (const name of [...SECRETS, LEFT]) delete process.env[name];
  return { environment, shown };
}

/** Whether others see it. What `--env-file` has set is not seen on Linux; elsewhere nobody can say. */
function isShown(name: string): boolean {
  if (!process.env[name]) return false;
  try {
    const rows = readFileSync("/proc/self/environ", "utf8").split("\0");
    return rows.some((row) => row.startsWith(`${name}=`));
  } catch {
    return process.env[LEFT] === undefined;
  }
}

/** Does not return where a process can take its own place. */
function startAgain(secrets: Environment): void {
  const file = process.execve && leave(JSON.stringify(secrets));
  if (!process.execve || file === undefined) return;
  const kept = Object.entries(process.env).filter(([name]) => !(name in secrets));
  const args = [process.execPath, ...process.execArgv, ...process.argv.slice(1)];
  process.execve(process.execPath, args, { ...Object.fromEntries(kept), [LEFT]: file });
}

/** Writes it for this user alone, into memory where that is a folder; undefined where nothing can be written. */
function leave(text: string): string | undefined {
  for (const folder of ["/dev/shm", tmpdir()]) {
    try {
      const file = join(mkdtempSync(join(folder, "myspinbot-")), "secrets");
      writeFileSync(file, text, { mode: 0o600 });
      return file;
    } catch {
      continue;
    }
  }
  return undefined;
}

function takeLeft(): Environment {
  const file = process.env[LEFT];
  if (file === undefined) return {};
  const secrets = JSON.parse(readFileSync(file, "utf8")) as Environment;
  unlinkSync(file);
  rmdirSync(dirname(file));
  return secrets;
}
