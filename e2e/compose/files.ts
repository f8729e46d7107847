/** What docker-compose.yml says, as the real Compose reads it, with the paths that its containers see turned into ours. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT, VENV } from "@myspinbot/services/binaries.ts";

export interface ComposeService {
  readonly command?: readonly string[] | null;
  readonly environment?: Readonly<Record<string, string>>;
  readonly user?: string;
  readonly image?: string;
  readonly secrets?: readonly { readonly source: string; readonly target: string }[];
  readonly volumes?: readonly { readonly source: string; readonly target: string }[];
  readonly networks?: Readonly<Record<string, unknown>>;
  readonly ports?: readonly { readonly host_ip?: string; readonly published: string }[];
  readonly [key: string]: unknown;
}

export interface ComposeFile {
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
  readonly networks: Readonly<Record<string, { readonly internal?: boolean }>>;
}

/** @param folder what `npm run setup:compose` has made; @throws with Compose's own sentence */
export function readCompose(folder: string, profiles: readonly string[]): ComposeFile {
  const chosen = profiles.flatMap((profile) => ["--profile", profile]);
  const text = execFileSync(
    join(VENV, "bin", "docker-compose"),
    ["-f", join(ROOT, "docker-compose.yml"), ...chosen, "config", "--format", "json"],
    { encoding: "utf8", env: { MSB_COMPOSE: folder, HOME: folder, PATH: "/usr/bin:/bin" } },
  );
  return JSON.parse(text) as ComposeFile;
}

/** Turns every path of the container into the file or folder that is mounted there. */
export function mountsOf(file: ComposeFile, service: ComposeService): (text: string) => string {
  const mounts = [
    ...(service.secrets ?? []).map(({ source, target }) => [
      target.startsWith("/") ? target : `/run/secrets/${target}`,
      file.secrets[source]!.file,
    ]),
    ...(service.volumes ?? []).map(({ source, target }) => [target, source]),
  ] as [string, string][];
  return (text) => {
    const mount = mounts.find(([target]) => text === target || text.startsWith(`${target}/`));
    return mount ? mount[1] + text.slice(mount[0].length) : text;
  };
}

/** The last ENTRYPOINT of a Dockerfile: what its image runs. */
export function entrypointOf(dockerfile: string): string[] {
  const rows = readFileSync(join(ROOT, "infra", "images", dockerfile), "utf8").split("\n");
  const last = rows.findLast((row) => row.startsWith("ENTRYPOINT "));
  return JSON.parse(last!.slice("ENTRYPOINT ".length)) as string[];
}
