/** For tests: calls `npm run sbom`, reads what it wrote, and lays out what a stage of a Dockerfile copies. */
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ROOT } from "../services/binaries.ts";
import { chainOf, copied, readStages, type Stage } from "./dockerfile.ts";
import type { Component } from "./document.ts";

export interface Document {
  metadata: { timestamp?: string };
  components: Component[];
}

export const stagesOf = (dockerfile: string): Stage[] =>
  readStages(readFileSync(join(ROOT, "infra", "images", dockerfile), "utf8"));

export interface Ended {
  status: number | null;
  stdout: string;
  stderr: string;
}

export function call(root: string, args: readonly string[], env = {}): Ended {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["scripts/sbom.ts", ...args], {
    cwd: root,
    encoding: "utf8",
    env: { ...process.env, ...env },
  });
  return { status, stdout, stderr };
}

export const documentIn = (folder: string, image: string): Document =>
  JSON.parse(readFileSync(join(folder, `${image}.cdx.json`), "utf8")) as Document;

/** Without their kind. */
export const purlsOf = (components: readonly Component[], kind: string): string[] =>
  components.flatMap(({ purl }) =>
    purl?.startsWith(`pkg:${kind}/`) ? [decodeURIComponent(purl.slice(`pkg:${kind}/`.length))] : [],
  );

/** What a stage copies, out of this checkout; `made` says where here lies what it copies out of another stage. */
export function lay(
  root: string,
  stages: readonly Stage[],
  name: string,
  made: Record<string, string> = {},
): void {
  const copies = chainOf(stages, name).flatMap(({ instructions }) =>
    instructions.filter(({ word }) => word === "COPY"),
  );
  for (const { stage, sources, target } of copies.map(copied))
    for (const source of sources) {
      const from = stage === undefined ? source : made[source];
      if (from === undefined) continue;
      const to = join(root, target, target.endsWith("/") ? source.split("/").at(-1)! : "");
      mkdirSync(dirname(to), { recursive: true });
      cpSync(join(ROOT, from), to, { recursive: true, filter: (file) => !file.includes("node_modules") });
    }
}
