/** Says what comes with the image that an image is made from: itself, its runtime, and, asked inside of it, its packages. */
import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Component } from "./document.ts";

const IMAGE = /^([\w/.-]+):([\w.-]+)(?:@(sha256:[0-9a-f]{64}))?$/;

export interface Base {
  name: string;
  /** Of what it brings: Node.js or Python. */
  version: string;
  components: Component[];
}

/** @param image as in `node:24.21.0-bookworm-slim@sha256:...` */
export function readBase(image: string): Base {
  const [, name = "", tag = "", digest] = IMAGE.exec(image) ?? [];
  const version = tag.split("-")[0]!;
  if (name === "" || !/^\d+\.\d+\.\d+$/.test(version))
    throw new Error(`the image ${image} does not say its version as in node:24.21.0-bookworm-slim`);
  const oci = `pkg:oci/${name.split("/").at(-1)}${digest === undefined ? "" : `@${encodeURIComponent(digest)}`}?tag=${tag}`;
  const hashes =
    digest === undefined ? {} : { hashes: [{ alg: "SHA-256", content: digest.slice("sha256:".length) }] };
  return {
    ...{ name, version },
    components: [
      { type: "container", name, version: tag, purl: oci, ...hashes },
      { type: "platform", name, version, purl: `pkg:generic/${name}@${version}` },
    ],
  };
}

/** Packages of Debian that a Dockerfile names; their version follows the release of the base image. */
export function debianNamed(names: readonly string[]): Component[] {
  return names.map((name) => ({ type: "library", name, purl: `pkg:deb/debian/${name}` }));
}

/** Packages of Debian that lie in a file system, and what the image of Node.js brings besides. */
export function foundIn(root: string, base: string): Component[] {
  const status = join(root, "var", "lib", "dpkg", "status");
  if (!existsSync(status)) throw new Error(`${root} is no file system of Debian: there is no ${status}`);
  const packages = readFileSync(status, "utf8")
    .split("\n\n")
    .flatMap((row) => debianOf(row, releaseOf(root)));
  const beside = globSync(["usr/local/lib/node_modules/*/package.json", "opt/*/package.json"], { cwd: root });
  const tools = base === "node" ? beside.toSorted().map((file) => toolOf(join(root, file))) : [];
  return [...packages, ...tools];
}

function debianOf(row: string, distro: string): Component[] {
  const valueOf = (field: string): string | undefined => new RegExp(`^${field}: (.+)$`, "m").exec(row)?.[1];
  const [name, version, architecture] = ["Package", "Version", "Architecture"].map(valueOf);
  if (name === undefined || version === undefined || !/ installed$/.test(valueOf("Status") ?? "")) return [];
  const purl = `pkg:deb/${distro.split("-")[0]}/${encodeURIComponent(name)}@${encodeURIComponent(version)}?arch=${architecture}&distro=${distro}`;
  return [{ type: "library", name, version, purl }];
}

function releaseOf(root: string): string {
  const text = readFileSync(join(root, "etc", "os-release"), "utf8");
  const valueOf = (name: string): string => new RegExp(`^${name}="?([^"\n]*)`, "m").exec(text)?.[1] ?? "";
  return `${valueOf("ID")}-${valueOf("VERSION_ID")}`;
}

function toolOf(file: string): Component {
  const { name, version } = JSON.parse(readFileSync(file, "utf8")) as { name: string; version: string };
  return { type: "library", name, version, purl: `pkg:npm/${name.replace("@", "%40")}@${version}` };
}
