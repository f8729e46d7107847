/** Loads the modules that bring further node types, handlers and graphs: for tests, and for one's own node types. */
import { existsSync, statSync } from "node:fs";
import { registerHooks } from "node:module";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Graph } from "@myspinbot/contracts/types.ts";
import type { NodeTypeExtension } from "../graphs/node-types.ts";
import type { Handlers } from "../handlers/handler.ts";

export interface Extension extends NodeTypeExtension {
  handlers?: Handlers;
  graphs?: Graph[];
}

/** One module of an extension. */
export interface LoadedExtension {
  /** As configured. */
  file: string;
  module: Extension;
}

/** What a folder is entered by. */
const ENTRIES = ["gateway.ts", "gateway.js", "index.ts", "index.js"];

/** @param paths files or folders, several with commas; empty for none; relative to the working directory. */
export async function loadExtension(paths: string): Promise<Extension> {
  return joined(await loadExtensions(paths));
}

/** @throws Error that names each file that cannot be loaded, and why. */
export async function loadExtensions(paths: string): Promise<LoadedExtension[]> {
  const files = paths
    .split(",")
    .map((path) => path.trim())
    .filter((path) => path !== "");
  if (files.length > 0) offerContracts();
  const faults: string[] = [];
  const loaded: LoadedExtension[] = [];
  for (const file of files) {
    try {
      const module = (await import(pathToFileURL(entryOf(resolve(file))).href)) as Extension;
      loaded.push({ file, module });
    } catch (error) {
      faults.push(`${file}: cannot be loaded: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  if (faults.length > 0) throw extensionError(faults);
  return loaded;
}

/** All modules as one; nothing in it has been checked. */
export function joined(loaded: readonly LoadedExtension[]): Extension {
  const modules = loaded.map(({ module }) => module);
  return {
    nodeTypes: modules.flatMap((module) => module.nodeTypes ?? []),
    validators: Object.assign({}, ...modules.map((module) => module.validators ?? {})) as never,
    handlers: Object.assign({}, ...modules.map((module) => module.handlers ?? {})) as Handlers,
    graphs: modules.flatMap((module) => module.graphs ?? []),
  };
}

export function extensionError(faults: readonly string[]): Error {
  return new Error(`The extensions cannot be used:\n${faults.map((fault) => `  ${fault}`).join("\n")}`);
}

function entryOf(path: string): string {
  if (!existsSync(path) || !statSync(path).isDirectory()) return path;
  const entry = ENTRIES.map((name) => join(path, name)).find((each) => existsSync(each));
  if (entry === undefined) throw new Error(`the folder has none of ${ENTRIES.join(", ")}`);
  return entry;
}

let offered = false;

/** Lets a module outside the repository import `@myspinbot/contracts`, as if it lay here. */
function offerContracts(): void {
  if (offered) return;
  offered = true;
  registerHooks({
    resolve(specifier, context, next) {
      if (!specifier.startsWith("@myspinbot/contracts")) return next(specifier, context);
      return next(specifier, { ...context, parentURL: import.meta.url });
    },
  });
}
